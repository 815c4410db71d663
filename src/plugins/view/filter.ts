import { EvaluationError } from '../../expression/errors.ts';
import { Expression } from '../../expression/expression.ts';
import { queryEnvironment } from '../../expression/query-environment.ts';
import type { QueryHalf } from '../plugin.ts';
import type { ViewConfig } from './view.ts';

/** A query is for the block where all expressions are true. One that has no value is not true, as in CoreDNS. */
export const viewFilter: QueryHalf<ViewConfig> = {
  classes: 'any',
  create: (_, __, next) => next,
  filter({ expressions }) {
    const compiled = expressions.map((text) => new Expression(text, queryEnvironment));
    return (query) => {
      try {
        for (const expression of compiled) if (expression.evaluate(query) !== true) return false;
        return true;
      } catch (error) {
        if (error instanceof EvaluationError) return false;
        throw error;
      }
    };
  },
  metadata: ({ name }) => ({ 'view/name': () => name }),
};
