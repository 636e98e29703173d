import {
  checkFault,
  defaultTarget,
  FAULT_NAMES,
  type Fault,
  type FaultName,
  type FaultTarget,
} from './faults.js';
import { API_METHODS, isApiMethod } from './methods.js';

const SYNTAX =
  /^(?<name>[a-z0-9-]+?)(?::(?<method>[A-Za-z-]+?))?(?:@(?<from>\d+))?(?:x(?<times>\d+|\*))?$/;

/**
 * Reads a fault as it is written on a command line: `NAME[:METHOD][@FROM][xTIMES|x*]`, such as
 * `answer-lost:sendMediaStatus@2` or `bad-gateway:uploadFile@1x2`. METHOD is one of the API, or
 * `file-link`, and by default sendMediaStatus (uploadFile or file-link for the faults that only
 * those can have); FROM and TIMES are 1 by default, `x*` is without end.
 *
 * @throws Error with a sentence that names what would be valid.
 */
export function parseFault(text: string): Fault {
  const groups = SYNTAX.exec(text)?.groups;
  if (groups === undefined) {
    throw new Error(
      `Cannot read the fault "${text}": write NAME[:METHOD][@FROM][xTIMES|x*], such as answer-lost:sendMediaStatus@2. ` +
        `Names: ${FAULT_NAMES.join(', ')}.`,
    );
  }
  const name = parseName(groups['name'] ?? '');
  const fault = {
    name,
    method: parseTarget(groups['method'], name),
    from: Number(groups['from'] ?? 1),
    times: groups['times'] === '*' ? Infinity : Number(groups['times'] ?? 1),
  };
  checkFault(fault);
  return fault;
}

function parseName(text: string): FaultName {
  const name = FAULT_NAMES.find((known) => known === text);
  if (name !== undefined) return name;
  throw new Error(`There is no fault "${text}". Names: ${FAULT_NAMES.join(', ')}.`);
}

function parseTarget(text: string | undefined, name: FaultName): FaultTarget {
  if (text === undefined) return defaultTarget(name);
  if (text === 'file-link' || isApiMethod(text)) return text;
  throw new Error(
    `There is no method "${text}" for a fault. Methods: ${API_METHODS.join(', ')}, file-link.`,
  );
}
