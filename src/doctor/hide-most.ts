/** An idInstance as it may be shown: enough to tell one's own apart. */
export function hideMost(idInstance: string): string {
  return idInstance.length < 6 ? '…' : `${idInstance.slice(0, 2)}…${idInstance.slice(-2)}`;
}
