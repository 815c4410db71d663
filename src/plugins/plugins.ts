import { aclPlugin } from './acl/acl.ts';
import { adminPlugin } from './admin/admin.ts';
import { anyPlugin } from './any/any.ts';
import { autopathPlugin } from './autopath/autopath.ts';
import { bindPlugin } from './bind/bind.ts';
import { bufsizePlugin } from './bufsize/bufsize.ts';
import { cachePlugin } from './cache/cache.ts';
import { cancelPlugin } from './cancel/cancel.ts';
import { chaosPlugin } from './chaos/chaos.ts';
import { dashboardPlugin } from './dashboard/dashboard.ts';
import { debugPlugin } from './debug/debug.ts';
import { dns64Plugin } from './dns64/dns64.ts';
import { errorsPlugin } from './errors/errors.ts';
import { forwardPlugin } from './forward/forward.ts';
import { headerPlugin } from './header/header.ts';
import { healthPlugin } from './health/health.ts';
import { hostsPlugin } from './hosts/hosts.ts';
import { loadbalancePlugin } from './loadbalance/loadbalance.ts';
import { localPlugin } from './local/local.ts';
import { logPlugin } from './log/log.ts';
import { loopPlugin } from './loop/loop.ts';
import { metadataPlugin } from './metadata/metadata.ts';
import { minimalPlugin } from './minimal/minimal.ts';
import { multisocketPlugin } from './multisocket/multisocket.ts';
import { nsidPlugin } from './nsid/nsid.ts';
import type { Plugin } from './plugin.ts';
import { prometheusPlugin } from './prometheus/prometheus.ts';
import { publishPlugin } from './publish/publish.ts';
import { readyPlugin } from './ready/ready.ts';
import { reloadPlugin } from './reload/reload.ts';
import { rewritePlugin } from './rewrite/rewrite.ts';
import type { MakeSources } from './serviceentry/registry-service.ts';
import { makeServiceEntryPlugin } from './serviceentry/serviceentry.ts';
import { templatePlugin } from './template/template.ts';
import { rootPlugin } from './root/root.ts';
import { timeoutsPlugin } from './timeouts/timeouts.ts';
import { tlsPlugin } from './tls/tls.ts';
import { tracePlugin } from './trace/trace.ts';
import { viewPlugin } from './view/view.ts';
import { whoamiPlugin } from './whoami/whoami.ts';

/** All plugins, in the order in which their query halves handle a query. */
export type Plugins = readonly Plugin<unknown>[];

/**
 * The one list of plugins. Its order is that in which their query halves handle a query; the order in a Corefile means
 * nothing. It is CoreDNS's with two differences: cache stands behind hosts and serviceentry and so holds upstream data only, because
 * visibility, rotation and changes of files and of the registry must not be cached over; and acl stands before all that answers, `local`, `any` and `chaos` included.
 */
export function makePlugins(parts: { readonly makeSources?: MakeSources } = {}): Plugins {
  return [
    rootPlugin,
    metadataPlugin,
    cancelPlugin,
    timeoutsPlugin,
    multisocketPlugin,
    reloadPlugin,
    bufsizePlugin,
    nsidPlugin,
    bindPlugin,
    debugPlugin,
    tracePlugin,
    readyPlugin,
    healthPlugin,
    adminPlugin,
    dashboardPlugin,
    prometheusPlugin,
    publishPlugin,
    errorsPlugin,
    logPlugin,
    dns64Plugin,
    loadbalancePlugin,
    rewritePlugin,
    autopathPlugin,
    aclPlugin,
    localPlugin,
    anyPlugin,
    chaosPlugin,
    headerPlugin,
    minimalPlugin,
    tlsPlugin,
    templatePlugin,
    hostsPlugin,
    makeServiceEntryPlugin(parts.makeSources),
    cachePlugin,
    loopPlugin,
    forwardPlugin,
    whoamiPlugin,
    viewPlugin,
  ];
}
