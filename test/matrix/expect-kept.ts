import type { Normalized } from '../../src/normalize/normalize.js';
import { expectAudioContract, expectVideoContract } from '../support/contract.js';
import type { Ffprobe } from '../support/ffprobe.js';

/** Holds a sound or video to the whole contract of its kind. */
export async function expectKept({ plan, output }: Normalized): Promise<Ffprobe> {
  switch (plan.kind) {
    case 'image':
      throw new Error('it became an image');
    case 'audio':
      return expectAudioContract(output.path);
    case 'video':
      return expectVideoContract(
        output.path,
        plan.picture.action === 'copy' ? 'copied' : 'encoded',
      );
  }
}
