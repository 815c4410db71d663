import { parser } from '@prometheus-io/lezer-promql';

/** A metric as an expression selects it. */
export interface Selector {
  readonly metric: string;
  /** Values are without quotes. */
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

export interface PromqlExpression {
  readonly selectors: readonly Selector[];
  /** Labels that results are grouped or matched by. */
  readonly groupedBy: readonly string[];
}

/** Reads an expression with the grammar that Prometheus's own editor has; throws where it is none. */
export function parsePromql(text: string): PromqlExpression {
  const selectors: { metric: string; matchers: { label: string; operator: string; value: string }[] }[] = [];
  const groupedBy: string[] = [];
  parser.parse(text).iterate({
    enter({ name, type, from, to, node }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      const own = text.slice(from, to);
      if (name === 'VectorSelector') selectors.push({ metric: '', matchers: [] });
      else if (name === 'Identifier' && node.parent?.name === 'VectorSelector') selectors.at(-1)!.metric = own;
      else if (name === 'LabelName' && node.parent?.name === 'GroupingLabels') groupedBy.push(own);
      else if (name === 'UnquotedLabelMatcher') {
        const [, label = '', operator = '', value = ''] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(own) ?? [];
        selectors.at(-1)!.matchers.push({ label, operator, value });
      }
    },
  });
  return { selectors, groupedBy };
}
