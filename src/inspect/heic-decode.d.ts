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
  /** Every picture of the file, in its order; none is decoded yet. */
  interface Pictures extends ReadonlyArray<Found> {
    /** Gives the memory of all of them back. */
    dispose(): void;
  }
  const heicDecode: {
    all(source: { readonly buffer: Uint8Array }): Promise<Pictures>;
  };
  export default heicDecode;
}
