import {
  checkFault,
  FAULT_NAMES,
  type FaultName,
  type FaultTarget,
} from '../../src/sandbox/faults.js';

/** The faults that can befall a method. */
export function faultsOn(method: FaultTarget): readonly FaultName[] {
  return FAULT_NAMES.filter((name) => {
    try {
      checkFault({ name, method });
      return true;
    } catch {
      return false;
    }
  });
}
