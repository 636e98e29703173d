/** A place in an order. */
export interface Turn {
  /** Settles when all before have passed. */
  readonly comes: Promise<void>;
  /** Says that this one is done with; then `passed` settles, once all before have passed. */
  readonly pass: () => void;
  readonly passed: Promise<void>;
}

/** A place behind another one; the first of all without one. */
export function takeTurn(before?: Turn): Turn {
  const comes = before?.passed ?? Promise.resolve();
  let pass = () => {};
  const own = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { comes, pass, passed: own.then(() => comes) };
}
