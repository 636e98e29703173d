import { testEveryCodec } from './every-codec.js';

await testEveryCodec('V');
