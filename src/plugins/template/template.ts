import type { Plugin } from '../plugin.ts';
import type { TemplateConfig } from './config.ts';
import { templateHandler } from './handler.ts';
import { parseTemplates } from './parse.ts';

/**
 * `template CLASS TYPE [ZONES...] { ... }`: answers that are made of the query.
 *
 *     query ─► rule: class, type, zone ─► pattern ─► query-data ─► src/go-template ─► text ─► wire/zone-record ─► reply
 *                      │                     └─ no match: SERVFAIL, or with fallthrough the next rule
 *                      └─ not for this query: the next rule, and behind the last one the next plugin
 *
 * Templates are parsed once in each worker; those without actions become records then.
 */
export const templatePlugin = {
  name: 'template',
  parse: parseTemplates,
  control: async (uses, host) => (await import('./control.ts')).templateControl(uses, host),
  sharesControl: true,
  query: templateHandler,
} satisfies Plugin<TemplateConfig>;
