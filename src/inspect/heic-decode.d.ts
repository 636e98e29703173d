declare module 'heic-decode' {
  interface Found {
    readonly width: number;
    readonly height: number;
    decode(): Promise<{
      readonly width: number;
      readonly height: number;
      /** Four bytes a pixel: red, green, blue, alpha. */
      readonly data: Uint8ClampedArray;
    }>;
  }
  const heicDecode: {
    /** Every picture of the file, in its order; none is decoded yet. */
    all(source: { readonly buffer: Uint8Array }): Promise<readonly Found[]>;
  };
  export default heicDecode;
}
