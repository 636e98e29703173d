import { onTestFinished } from 'vitest';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';

/** A sandbox that lives as long as the test; without rates unless they are asked for. */
export async function open(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ limitRates: false, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}
