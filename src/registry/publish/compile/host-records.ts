import type { NameLayer } from '../name-layers.ts';
import { isWildcard } from '../../model/host.ts';
import type { HostAnswer } from '../../resolve/answer.ts';
import type { ViewMap } from '../../resolve/view-map.ts';
import { recordFlag } from '../../../table/layout.ts';
import { hiddenRecord, type Choice } from './choice.ts';
import type { NameRecord } from './compile.ts';

type Answers = ViewMap<HostAnswer | undefined>;

/** What a host has at its own name (wire form). */
export function hostLayer(name: Uint8Array, host: string, answers: Answers): NameLayer {
  const choices = new ChoiceLists(name, 'imported', (answer) => hostRecord(name, host, answer));
  return answers.map((answer) => answer && choices.recordFor(answer));
}

/** The record at a host's own name for those who get the answer. */
function hostRecord(name: Uint8Array, host: string, answer: HostAnswer): NameRecord {
  const { kind, ttl, addresses, endpointHostnames, groups, services, endpoints } = answer;
  const wildcard = isWildcard(host) ? recordFlag.wildcard : 0;
  const flags = wildcard | (wildcard && endpoints.size > 0 ? recordFlag.hasEndpointNames : 0);
  return { name, kind, flags, ttl, addresses, endpointHostnames, groups, services, endpoints };
}

/** What a host has at the name (wire form) that is the label below it, made for an endpoint. */
export function endpointLayer(name: Uint8Array, label: string, answers: Answers): NameLayer {
  const choices = new ChoiceLists(name, 'winner', ({ kind, ttl, endpoints }) => {
    const addresses = endpoints.get(label);
    return addresses && { name, kind, flags: recordFlag.endpoint, ttl, addresses };
  });
  return answers.map((answer) => answer && choices.recordFor(answer));
}

/** The labels of the names below a host that are made for its endpoints, for whomever. */
export function endpointLabels(answers: Answers): Iterable<string> {
  const { plain } = answers.others;
  if (answers.isUniform && !plain?.otherwise) return plain?.endpoints.keys() ?? [];
  const labels = new Set<string>();
  for (const first of answers.values()) {
    for (const answer of answersIn(first)) for (const label of answer.endpoints.keys()) labels.add(label);
  }
  return labels;
}

/** The answer, and those that clients may get in its place. */
export function* answersIn(first: HostAnswer | undefined): Iterable<HostAnswer> {
  for (let answer = first; answer; answer = answer.otherwise) yield answer;
}

/** Makes records of answers, with those of the answers that come behind them; what is shared stays so. */
class ChoiceLists {
  readonly #name: Uint8Array;
  readonly #when: 'imported' | 'winner';
  readonly #recordOf: (answer: HostAnswer) => NameRecord | undefined;
  readonly #lists = new Map<HostAnswer, Choice | undefined>();
  readonly #hidden = new Map<Choice, NameRecord>();

  constructor(name: Uint8Array, when: 'imported' | 'winner', recordOf: (answer: HostAnswer) => NameRecord | undefined) {
    this.#name = name;
    this.#when = when;
    this.#recordOf = recordOf;
  }

  recordFor(answer: HostAnswer): NameRecord | undefined {
    // Sidecars are not heeded, or it is a Service, which none hides.
    if (answer.namespace === undefined) return this.#recordOf(answer);
    const choices = this.#listOf(answer);
    if (!choices) return undefined;
    const behind = answer.otherwise && this.#lists.get(answer.otherwise);
    return choices === behind ? this.#hiddenBefore(choices) : { ...choices.record, choices };
  }

  /** One for all whom the same is hidden from. */
  #hiddenBefore(choices: Choice): NameRecord {
    let record = this.#hidden.get(choices);
    if (!record) this.#hidden.set(choices, (record = hiddenRecord(this.#name, choices)));
    return record;
  }

  #listOf(first: HostAnswer): Choice | undefined {
    const lacking: HostAnswer[] = [];
    let list: Choice | undefined;
    for (const answer of answersIn(first)) {
      if (this.#lists.has(answer)) {
        list = this.#lists.get(answer);
        break;
      }
      lacking.push(answer);
    }
    for (const answer of lacking.toReversed()) {
      const record = this.#recordOf(answer);
      const { namespace } = answer;
      if (record) {
        const condition = namespace === undefined ? always : { when: this.#when, namespace };
        list = { ...condition, record, next: list };
      }
      this.#lists.set(answer, list);
    }
    return list;
  }
}

const always = { when: 'always', namespace: '' } as const;
