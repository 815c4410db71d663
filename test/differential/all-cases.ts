import type { PluginCases } from './case.ts';
import { aclCases } from './cases/acl.ts';
import { anyCases } from './cases/any.ts';
import { autopathCases } from './cases/autopath.ts';
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
import { headerCases } from './cases/header.ts';
import { minimalCases } from './cases/minimal.ts';
import { localCases } from './cases/local.ts';
import { nsidCases } from './cases/nsid.ts';
import { rootCases } from './cases/root.ts';
import { reloadCases } from './cases/reload.ts';
import { templateCases } from './cases/template.ts';
import { timeoutsCases } from './cases/timeouts.ts';
import { viewCases } from './cases/view.ts';
import { whoamiCases } from './cases/whoami.ts';

export const allCases: readonly PluginCases[] = [
  aclCases,
  anyCases,
  autopathCases,
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
