import { encodeName } from '../../../wire/name.ts';
import { NameTexts } from '../../../wire/name-text.ts';
import type { Query } from '../../../wire/query.ts';
import type { ReplyRule } from '../reply/reply-rule.ts';
import { OptionList } from './option-list.ts';

const noRules: readonly ReplyRule[] = [];
const noName = new Uint8Array(0);

/** A query on its way through the rules, as they have made it so far. The object is used again for each query. */
export class Subject {
  query!: Query;
  type = 0;
  class = 0;
  /** The name is another one. */
  isRenamed = false;
  /** The name on the wire, where it is another one; `undefined` where that is no name. */
  wireName: Uint8Array | undefined = noName;
  options: OptionList | undefined;
  /** The rules for the reply turn the name that is asked for into the client's. */
  leadsBack = true;
  /** In the order of the rules. */
  replyRules: readonly ReplyRule[] = noRules;
  readonly #texts = new NameTexts();
  #name: string | undefined;

  /** Takes a query. Nothing is allocated. */
  begin(query: Query): void {
    query.readName();
    this.query = query;
    this.type = query.type;
    this.class = query.class;
    this.isRenamed = false;
    this.wireName = noName;
    this.options = undefined;
    this.leadsBack = true;
    this.replyRules = noRules;
    this.#name = undefined;
  }

  /** In presentation form, lower case, with the trailing dot. */
  get name(): string {
    return (this.#name ??= this.#texts.of(this.query));
  }

  /** Something else is asked than the client has asked. */
  get isOther(): boolean {
    return this.isRenamed || this.type !== this.query.type || this.class !== this.query.class;
  }

  rename(name: string): void {
    this.#name = name.toLowerCase();
    this.isRenamed = true;
    this.wireName = encodeName(name);
  }

  /** The options, to be changed. */
  useOptions(): OptionList {
    return (this.options ??= new OptionList(this.query));
  }

  addReplyRules(rules: readonly ReplyRule[]): void {
    if (rules.length > 0) this.replyRules = this.replyRules === noRules ? rules : [...this.replyRules, ...rules];
  }
}
