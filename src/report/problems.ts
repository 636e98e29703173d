import type { ResultEvent, WarningEvent } from '../events.js';
import type { JobError } from '../job.js';

/** What went wrong, the same fault once with the files under it; bounded, the rest is counted. */
export interface Problems {
  readonly groups: readonly Problem[];
  /** Files whose fault found no place in the list. */
  readonly more: number;
}

export interface Problem {
  readonly mark: 'failed' | 'uncertain' | 'warning';
  /** The fault and what to do about it, without the file's name. */
  readonly message: string;
  /** The first few; empty where it is about the whole run. */
  readonly inputs: readonly string[];
  /** How often it befell. */
  readonly count: number;
}

export const NO_PROBLEMS: Problems = { groups: [], more: 0 };

const GROUPS_MAX = 50;
const INPUTS_MAX = 5;

export function faultOf({ input, outcome }: ResultEvent, error: JobError): Problem {
  const mark = outcome === 'uncertain' ? 'uncertain' : 'failed';
  return { mark, message: withoutName(error.message, input), inputs: [input], count: 1 };
}

export function warningOf({ input, message }: WarningEvent): Problem {
  const inputs = input === null ? [] : [input];
  return { mark: 'warning', message: withoutName(message, input), inputs, count: 1 };
}

/** `Cannot read a.jpg: …` is the same fault as that of `b.jpg`. */
function withoutName(message: string, input: string | null): string {
  return input === null ? message : message.replace(` ${input}: `, ' it: ');
}

export function addProblem({ groups, more }: Problems, problem: Problem): Problems {
  const isSame = ({ mark, message }: Problem) =>
    mark === problem.mark && message === problem.message;
  const at = groups.findIndex(isSame);
  const known = groups[at];
  if (known !== undefined) {
    // A watch tries again: it is one file all the same.
    const isRepeated = problem.inputs.length > 0 && known.inputs.includes(problem.inputs[0] ?? '');
    if (isRepeated) return { groups, more };
    const inputs = [...known.inputs, ...problem.inputs].slice(0, INPUTS_MAX);
    return { groups: groups.with(at, { ...known, inputs, count: known.count + 1 }), more };
  }
  if (groups.length >= GROUPS_MAX) return { groups, more: more + 1 };
  return { groups: [...groups, problem], more };
}

/** Which files a problem is about: `a.mp4, b.mp4 and 12 more`. */
export function namesOf({ inputs, count }: Problem, max: number): string {
  const shown = inputs.slice(0, max);
  const rest = count - shown.length;
  const names = shown.join(', ');
  return rest > 0 && inputs.length > 0 ? `${names} and ${rest} more` : names;
}
