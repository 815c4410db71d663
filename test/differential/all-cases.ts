import type { PluginCases } from './case.ts';
import { aclCases } from './cases/acl.ts';
import { anyCases } from './cases/any.ts';
import { bindCases } from './cases/bind.ts';
import { bufsizeCases } from './cases/bufsize.ts';
import { cancelCases } from './cases/cancel.ts';
import { cacheCases } from './cases/cache.ts';
import { chaosCases } from './cases/chaos.ts';
import { dns64Cases } from './cases/dns64.ts';
import { errorsCases } from './cases/errors.ts';
import { forwardCases } from './cases/forward.ts';
import { grammarCases } from './cases/grammar.ts';
import { hostsCases } from './cases/hosts.ts';
import { httpCases } from './cases/http.ts';
import { loadbalanceCases } from './cases/loadbalance.ts';
import { logCases } from './cases/log.ts';
import { metadataCases } from './cases/metadata.ts';
import { prometheusCases } from './cases/prometheus.ts';
import { rewriteCases } from './cases/rewrite.ts';
import { headerCases, localCases, minimalCases, nsidCases, reloadCases, rootCases } from './cases/small.ts';
import { templateCases } from './cases/template.ts';
import { timeoutsCases } from './cases/timeouts.ts';
import { viewCases } from './cases/view.ts';
import { whoamiCases } from './cases/whoami.ts';

export const allCases: readonly PluginCases[] = [
  aclCases,
  anyCases,
  bindCases,
  bufsizeCases,
  cancelCases,
  cacheCases,
  chaosCases,
  dns64Cases,
  errorsCases,
  forwardCases,
  grammarCases,
  hostsCases,
  httpCases,
  loadbalanceCases,
  logCases,
  metadataCases,
  prometheusCases,
  headerCases,
  localCases,
  minimalCases,
  nsidCases,
  reloadCases,
  rewriteCases,
  rootCases,
  templateCases,
  timeoutsCases,
  viewCases,
  whoamiCases,
];
