import type { PluginCases } from './case.ts';
import { anyCases } from './cases/any.ts';
import { bindCases } from './cases/bind.ts';
import { bufsizeCases } from './cases/bufsize.ts';
import { cancelCases } from './cases/cancel.ts';
import { cacheCases } from './cases/cache.ts';
import { chaosCases } from './cases/chaos.ts';
import { errorsCases } from './cases/errors.ts';
import { forwardCases } from './cases/forward.ts';
import { grammarCases } from './cases/grammar.ts';
import { hostsCases } from './cases/hosts.ts';
import { httpCases } from './cases/http.ts';
import { loadbalanceCases } from './cases/loadbalance.ts';
import { logCases } from './cases/log.ts';
import { metadataCases } from './cases/metadata.ts';
import { prometheusCases } from './cases/prometheus.ts';
import { timeoutsCases } from './cases/timeouts.ts';
import { viewCases } from './cases/view.ts';
import { whoamiCases } from './cases/whoami.ts';

export const allCases: readonly PluginCases[] = [
  anyCases,
  bindCases,
  bufsizeCases,
  cancelCases,
  cacheCases,
  chaosCases,
  errorsCases,
  forwardCases,
  grammarCases,
  hostsCases,
  httpCases,
  loadbalanceCases,
  logCases,
  metadataCases,
  prometheusCases,
  timeoutsCases,
  viewCases,
  whoamiCases,
];
