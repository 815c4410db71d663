import { useEffect, useState } from 'preact/hooks';
import type { History, Point, Status, Upstream } from '../api.ts';
import { askJson, repeat, useApi } from './api-client.ts';
import type { ViewProps } from './app.tsx';
import { Chart, type Line } from './chart.tsx';
import { niceSpan } from './chart-scale.ts';
import { formatBytes, formatCount, formatDuration, formatMs, formatNumber, plural } from './format.ts';
import { Ago, Failure, WideTable } from './parts.tsx';

const historyEveryMs = 1000;
const upstreamsEveryMs = 2000;
/** Codes that are always shown; others when they come. */
const usualCodes = ['NOERROR', 'NXDOMAIN', 'SERVFAIL'] as const;

export function OverviewView({ status }: ViewProps) {
  const { history, error } = useHistory();
  const { value: upstreams } = useApi<readonly Upstream[]>('upstreams', upstreamsEveryMs);
  return (
    <>
      <Failure error={error} />
      <Figures status={status} last={history?.points.at(-1)} />
      <h2>Traffic</h2>
      {history && <Charts {...history} />}
      <p class="note">
        Counted in the server blocks that have <code>dashboard</code> or <code>prometheus</code>.
      </p>
      <h2>Upstreams</h2>
      <Upstreams upstreams={upstreams} />
      <h2>Registries</h2>
      {status && <Registries status={status} />}
      <h2>Server</h2>
      {status && <Server status={status} />}
    </>
  );
}

/** The last ten minutes; afterwards only what is new is asked for. */
function useHistory(): { readonly history: History | undefined; readonly error: string } {
  const [history, setHistory] = useState<History | undefined>();
  const [error, setError] = useState('');
  useEffect(() => {
    let points: readonly Point[] = [];
    return repeat(historyEveryMs, async (signal) => {
      try {
        const since = points.at(-1)?.atMs ?? 0;
        const news = await askJson<History>(`history?since=${since}`, signal);
        points = [...points, ...news.points].filter(({ atMs }) => atMs > news.nowMs - news.spanMs);
        setHistory({ ...news, points });
        setError('');
      } catch (failure) {
        if (!signal.aborted) setError(failure instanceof Error ? failure.message : String(failure));
      }
    });
  }, []);
  return { history, error };
}

function Figures({ status, last }: { readonly status: Status | undefined; readonly last: Point | undefined }) {
  const registries = status?.registries ?? [];
  const sum = (valueOf: (registry: Status['registries'][number]) => number): string =>
    formatCount(registries.reduce((total, registry) => total + valueOf(registry), 0));
  const rate = last && Object.values(last.codes).reduce((total, value) => total + value, 0);
  const looked = last ? last.cacheHits + last.cacheMisses : 0;
  const figures: readonly (readonly [string, string])[] = [
    ['Hosts', sum(({ hosts }) => hosts)],
    ['Objects', sum(({ objects }) => objects)],
    ['Left out', sum(({ rejectionCount }) => rejectionCount)],
    ['Answers per second', rate === undefined ? '–' : formatNumber(rate)],
    ['99th percentile', formatMs(last?.p99Ms ?? null)],
    ['Cache hits', looked === 0 ? '–' : `${Math.round((100 * last!.cacheHits) / looked)} %`],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Charts({ points, nowMs }: History) {
  const others = new Set(points.flatMap(({ codes }) => Object.keys(codes)));
  for (const code of usualCodes) others.delete(code);
  const code = (name: string, look: string): Line => ({
    name,
    look,
    values: points.map(({ codes }) => codes[name] ?? 0),
  });
  const codes = [
    ...usualCodes.map((name) => code(name, name.toLowerCase())),
    ...[...others].sort().map((name) => code(name, 'other')),
  ];
  const common = {
    times: points.map(({ atMs }) => atMs),
    endMs: nowMs,
    spanMs: niceSpan(points[0]?.atMs ?? nowMs, nowMs),
  };
  const perSecond = (value: number): string => `${formatNumber(value)}/s`;
  return (
    <div class="panels">
      <Chart title="Answers by response code" lines={codes} format={perSecond} {...common} />
      <Chart
        title="Time to answer"
        lines={[
          { name: 'median', look: 'first', values: points.map(({ p50Ms }) => p50Ms) },
          { name: '99th percentile', look: 'second', values: points.map(({ p99Ms }) => p99Ms) },
        ]}
        format={formatMs}
        {...common}
      />
      <Chart
        title="Cache"
        lines={[
          { name: 'hits', look: 'first', values: points.map(({ cacheHits }) => cacheHits) },
          { name: 'misses', look: 'second', values: points.map(({ cacheMisses }) => cacheMisses) },
        ]}
        format={perSecond}
        {...common}
      />
    </div>
  );
}

function Upstreams({ upstreams }: { readonly upstreams: readonly Upstream[] | undefined }) {
  if (!upstreams) return null;
  if (upstreams.length === 0) return <p>No other server is asked.</p>;
  return (
    <WideTable
      label="Upstreams"
      head={['Upstream', 'State', 'Requests', 'Failures', 'Failed probes', 'Median', '99th']}
    >
      {upstreams.map(({ address, state, requests, failures, failedProbes, p50Ms, p99Ms }) => (
        <tr key={address}>
          <th scope="row">
            <code>{address}</code>
          </th>
          <td>
            <span class={`mark ${state === 'up' ? 'good' : state === 'down' ? 'bad' : 'warning'}`}>{state}</span>
          </td>
          <td class="number">{formatCount(requests)}</td>
          <td class="number">{formatCount(failures)}</td>
          <td class="number">{formatCount(failedProbes)}</td>
          <td class="number">{formatMs(p50Ms)}</td>
          <td class="number">{formatMs(p99Ms)}</td>
        </tr>
      ))}
    </WideTable>
  );
}

function Registries({ status: { registries, nowMs } }: { readonly status: Status }) {
  if (registries.length === 0) return <p>No server block has serviceentry.</p>;
  return (
    <WideTable
      label="Registries"
      head={['Server block', 'Source', 'State', 'Objects', 'Last event', 'Hosts', 'Answer table']}
    >
      {registries.map(({ block, sources, watches, isSynced, waiting, objects, hosts, changedMs, tableBytes }) => (
        <>
          <tr key={block}>
            <th scope="row">{block}</th>
            <td>{sources.join(', ')}</td>
            <td>
              <span class={`mark ${isSynced ? 'good' : 'warning'}`}>{isSynced ? 'synced' : 'not synced'}</span>{' '}
              {waiting}
            </td>
            <td class="number">{formatCount(objects)}</td>
            <td>
              <Ago ms={changedMs} nowMs={nowMs} />
            </td>
            <td class="number">{formatCount(hosts)}</td>
            <td class="number">{formatBytes(tableBytes)}</td>
          </tr>
          {watches.map((watch) => (
            <tr key={`${block} ${watch.cluster} ${watch.kind}`}>
              <th scope="row">{block}</th>
              <td>
                {watch.cluster}: {watch.kind}
              </td>
              <td>
                <span class={`mark ${watch.isSynced && watch.trouble === '' ? 'good' : 'warning'}`}>{watch.state}</span>{' '}
                {watch.trouble}
              </td>
              <td class="number">{formatCount(watch.objects)}</td>
              <td>
                <Ago ms={watch.lastEventMs} nowMs={nowMs} />
              </td>
              <td />
              <td />
            </tr>
          ))}
        </>
      ))}
    </WideTable>
  );
}

function Server({ status }: { readonly status: Status }) {
  const { version, startedMs, nowMs, listeners, workers, restarts, corefile } = status;
  return (
    <dl class="facts">
      <div>
        <dt>Version</dt>
        <dd>{version}</dd>
      </div>
      <div>
        <dt>Runs for</dt>
        <dd>{formatDuration(nowMs - startedMs)}</dd>
      </div>
      <div>
        <dt>Workers</dt>
        <dd>
          {formatCount(workers)}
          {restarts > 0 && `, ${plural(restarts, 'restart')} after a fault`}
        </dd>
      </div>
      <div>
        <dt>Listens for</dt>
        <dd>{listeners.join(', ')}</dd>
      </div>
      <div>
        <dt>Configuration</dt>
        <dd>
          <a href="#/configuration">
            <code>{corefile.hash === '' ? 'not read from a file' : corefile.hash.slice(0, 12)}</code>
          </a>
          , loaded <Ago ms={corefile.loadedMs} nowMs={nowMs} />
          {corefile.hasFailed && <span class="mark bad">the last reload failed: see the log</span>}
        </dd>
      </div>
    </dl>
  );
}
