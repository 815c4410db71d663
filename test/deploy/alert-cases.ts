/**
 * When an alert fires, and when it does not. Series are written as promtool has them, one value a minute; `T` stands for the labels
 * of one Pod, and `U` for those of another one.
 */
export interface AlertCase {
  readonly alert: string;
  /** How long the series have run. */
  readonly at: string;
  /** Labels of the alert beside those of the Pod, which an alert about all of them has not. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly of?: 'pod' | 'job' | 'none';
  /** The value as the description has it. */
  readonly value?: string;
  readonly firing: Readonly<Record<string, string>>;
  readonly quiet: Readonly<Record<string, string>>;
}

const source = { cluster: 'default', kind: 'Pod', zones: '.' };

/** A service level: queries a minute that are good, of 1,000. */
function answered(good: number): Record<string, string> {
  const counted = (step: number): string => `0+${step}x400`;
  return {
    'coredns_dns_responses_total{T,rcode="NOERROR"}': counted(good),
    'coredns_dns_responses_total{T,rcode="SERVFAIL"}': counted(1000 - good),
    'coredns_dns_receive_drops_total{T,server="dns://:53"}': counted(0),
    'coredns_dns_request_duration_seconds_bucket{T,le="0.064"}': counted(good),
    'coredns_dns_request_duration_seconds_count{T}': counted(1000),
  };
}

/** A gauge, or a counter that has stood still or not. */
function oneSeries(
  alert: string,
  name: string,
  [firing, quiet]: readonly [firing: string, quiet: string],
  more: Partial<Pick<AlertCase, 'at' | 'labels' | 'of' | 'value'>> = {},
): AlertCase {
  const labels = Object.entries(more.labels ?? {}).map(([label, value]) => `,${label}="${value}"`);
  const series = `${name}{T${labels.join('')}}`;
  return { alert, at: '40m', ...more, firing: { [series]: firing }, quiet: { [series]: quiet } };
}

const grows = '0+1x120';
const stands = '7x120';

export const alertCases: readonly AlertCase[] = [
  { alert: 'Absent', at: '10m', of: 'none', firing: { 'up{T}': '0x20' }, quiet: { 'up{T}': '1x20', 'up{U}': '0x20' } },
  oneSeries('Down', 'up', ['0x40', '1x40']),
  oneSeries('NotSynced', 'coredns_serviceentry_synced', ['0x40', '0x5 1x35'], { labels: { zones: '.' } }),
  oneSeries('Panics', 'coredns_panics_total', ['0x30 3x10', stands], { value: '3' }),
  oneSeries('WorkerRestarts', 'coredns_worker_restarts_total', ['0x30 1x10', stands], { value: '1' }),
  oneSeries('HealthFailing', 'coredns_health_request_failures_total', [grows, stands], { value: '5' }),
  {
    alert: 'AvailabilityBurnsFast',
    at: '90m',
    of: 'job',
    value: '10%',
    firing: answered(900),
    quiet: answered(995),
  },
  {
    alert: 'AvailabilityBurnsSlowly',
    at: '3h',
    of: 'job',
    value: '0.5%',
    firing: answered(995),
    quiet: answered(1000),
  },
  { alert: 'LatencyBurnsFast', at: '90m', of: 'job', value: '20%', firing: answered(800), quiet: answered(950) },
  { alert: 'LatencyBurnsSlowly', at: '3h', of: 'job', value: '5%', firing: answered(950), quiet: answered(995) },
  oneSeries('SourceUnheard', 'coredns_serviceentry_last_bookmark_timestamp_seconds', ['0x40', '0+60x40'], {
    labels: source,
    value: '40m 0s',
  }),
  oneSeries('SourceForbidden', 'coredns_serviceentry_source_state', ['1x40', '0x40'], {
    labels: { ...source, state: 'forbidden' },
  }),
  oneSeries('SourceErrors', 'coredns_serviceentry_source_errors_total', [grows, '0x30 5x10'], {
    labels: source,
    value: '15',
  }),
  {
    alert: 'Rejections',
    at: '40m',
    of: 'job',
    labels: { zones: '.', reason: 'host' },
    value: '3',
    firing: {
      'coredns_serviceentry_rejections{T,zones=".",reason="host"}': '3x40',
      'coredns_serviceentry_rejections{U,zones=".",reason="host"}': '2x40',
    },
    quiet: { 'coredns_serviceentry_rejections{T,zones=".",reason="host"}': '0x40' },
  },
  {
    alert: 'RegistryDiffers',
    at: '40m',
    of: 'job',
    labels: { zones: '.' },
    value: '5',
    firing: {
      'coredns_serviceentry_hosts{T,zones="."}': '5x40',
      'coredns_serviceentry_hosts{U,zones="."}': '4x40',
    },
    quiet: {
      'coredns_serviceentry_hosts{T,zones="."}': '5x40',
      'coredns_serviceentry_hosts{U,zones="."}': '4x30 5x10',
    },
  },
  oneSeries('SnapshotFailing', 'coredns_serviceentry_snapshot_failing', ['1x40', '0x40'], { labels: { zones: '.' } }),
  {
    alert: 'SnapshotBehind',
    at: '3h',
    labels: { zones: '.' },
    value: '2h 0m 0s',
    firing: {
      'coredns_serviceentry_last_change_timestamp_seconds{T,zones="."}': '7200x180',
      'coredns_serviceentry_snapshot_written_timestamp_seconds{T,zones="."}': '0x180',
    },
    quiet: {
      'coredns_serviceentry_last_change_timestamp_seconds{T,zones="."}': '0x180',
      'coredns_serviceentry_snapshot_written_timestamp_seconds{T,zones="."}': '7200x180',
    },
  },
  {
    alert: 'UnknownClients',
    at: '90m',
    labels: { zones: '.' },
    firing: {
      'coredns_serviceentry_unknown_clients_total{T,zones="."}': '0+6x120',
      'coredns_serviceentry_answers_total{T,zones=".",outcome="host"}': '0+5x120',
      'coredns_serviceentry_answers_total{T,zones=".",outcome="hidden"}': '0+5x120',
    },
    quiet: {
      'coredns_serviceentry_unknown_clients_total{T,zones="."}': '0+4x120',
      'coredns_serviceentry_answers_total{T,zones=".",outcome="host"}': '0+5x120',
      'coredns_serviceentry_answers_total{T,zones=".",outcome="hidden"}': '0+5x120',
    },
  },
  {
    alert: 'UpstreamDown',
    at: '40m',
    labels: { to: '192.0.2.53:53' },
    firing: { 'coredns_proxy_healthy_ratio{T,proxy_name="forward",to="192.0.2.53:53"}': '0x40' },
    quiet: { 'coredns_proxy_healthy_ratio{T,proxy_name="forward",to="192.0.2.53:53"}': '0.5x40' },
  },
  oneSeries('UpstreamsAllDown', 'coredns_forward_healthcheck_broken_total', [grows, stands], { value: '5' }),
  oneSeries('UpstreamsBusy', 'coredns_forward_max_concurrent_rejects_total', [grows, stands], { value: '5' }),
  oneSeries('UpstreamNameLost', 'coredns_forward_lookup_failures_total', [grows, stands], {
    labels: { name: 'dns.example' },
  }),
  oneSeries('LoopFound', 'coredns_loop_upstreams_off', ['1x40', '0x40'], { labels: { zones: '.' }, value: '1' }),
  {
    alert: 'CacheTooSmall',
    at: '100m',
    labels: { zones: '.' },
    firing: {
      'coredns_cache_evictions_total{T,zones=".",type="success"}': '0+6x120',
      'coredns_cache_misses_total{T,zones="."}': '0+10x120',
    },
    quiet: {
      'coredns_cache_evictions_total{T,zones=".",type="success"}': '0+4x120',
      'coredns_cache_misses_total{T,zones="."}': '0+10x120',
    },
  },
  oneSeries('ReloadFailed', 'coredns_reload_last_successful', ['0x40', '1x40']),
  {
    alert: 'ConfigurationDiffers',
    at: '50m',
    of: 'job',
    value: '2',
    firing: {
      'coredns_reload_version_info{T,hash="sha512",value="ab"}': '1x60',
      'coredns_reload_version_info{U,hash="sha512",value="cd"}': '1x60',
    },
    quiet: {
      'coredns_reload_version_info{T,hash="sha512",value="ab"}': '1x60',
      'coredns_reload_version_info{U,hash="sha512",value="ab"}': '1x60',
    },
  },
  oneSeries('CertificateExpires', 'coredns_tls_certificate_expiry_timestamp_seconds', ['266400x120', '700000x120'], {
    at: '2h',
    labels: { file: '/etc/tls/tls.crt' },
    value: '3d 0h 0m 0s',
  }),
  oneSeries('PacketsDropped', 'coredns_dns_receive_drops_total', ['0+60x40', stands], {
    labels: { server: 'dns://:53' },
    value: '1',
  }),
  oneSeries('SendErrors', 'coredns_dns_send_errors_total', ['0+60x40', '0+1x40'], { value: '1' }),
  oneSeries('LogLinesDropped', 'coredns_log_lines_dropped_total', [grows, stands], { value: '15' }),
  {
    alert: 'FilesRunOut',
    at: '40m',
    value: '90%',
    firing: { 'process_open_fds{T}': '900x40', 'process_max_fds{T}': '1000x40' },
    quiet: { 'process_open_fds{T}': '900x40', 'process_max_fds{T}': '10000x40' },
  },
  oneSeries('ConnectionsClosed', 'coredns_http_connections_closed_total', [grows, stands], {
    labels: { plugin: 'admin' },
    value: '15',
  }),
  {
    alert: 'HeapFull',
    at: '40m',
    value: '90%',
    firing: { 'nodejs_heap_size_used_bytes{T}': '90x40', 'nodejs_heap_size_limit_bytes{T}': '100x40' },
    quiet: { 'nodejs_heap_size_used_bytes{T}': '80x40', 'nodejs_heap_size_limit_bytes{T}': '100x40' },
  },
  oneSeries('ControlThreadBusy', 'nodejs_eventloop_lag_p99_seconds', ['2x40', '0.4x40'], { value: '2s' }),
];
