import { StatuscastError } from '../../src/errors.js';

/** The StatuscastError that a promise rejects with; anything else is not let pass. */
export async function failureOf(promise: Promise<unknown>): Promise<StatuscastError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof StatuscastError) return thrown;
    throw new Error('It was rejected with something else than a StatuscastError.', {
      cause: thrown,
    });
  }
  throw new Error('It was not rejected.');
}
