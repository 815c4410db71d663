import type { Change } from '../api.ts';
import { useApi } from './api-client.ts';
import type { ViewProps } from './app.tsx';
import { formatTime } from './format.ts';
import { Failure, WideTable } from './parts.tsx';
import { formatRoute } from './route.ts';

const everyMs = 2000;

/** What has changed of the answers since the server runs, the newest first. */
export function ChangesView({ status }: ViewProps) {
  const { value: changes, error } = useApi<readonly Change[]>('changes', everyMs);
  const hasBlocks = (status?.registries.length ?? 0) > 1;
  return (
    <>
      <Failure error={error} />
      <p class="note">Changes of what any client is answered: the last 200, as the sources told of them.</p>
      {changes?.length === 0 && <p>Nothing has changed since the registry was read.</p>}
      {changes && changes.length > 0 && (
        <WideTable label="Changes" head={['Time', 'Host', 'Change', 'What', ...(hasBlocks ? ['Server block'] : [])]}>
          {changes.map(({ atMs, host, what, details, block }, i) => (
            <tr key={`${atMs} ${host} ${changes.length - i}`}>
              <td>
                <time dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()}>
                  {formatTime(atMs)}
                </time>
              </td>
              <th scope="row">
                <a href={formatRoute('explain', host)}>{host}</a>
              </th>
              <td>
                <span class={`mark ${what === 'added' ? 'good' : what === 'removed' ? 'bad' : 'warning'}`}>{what}</span>
              </td>
              <td>
                {details.map((detail) => (
                  <div key={detail}>{detail}</div>
                ))}
              </td>
              {hasBlocks && <td>{block}</td>}
            </tr>
          ))}
        </WideTable>
      )}
    </>
  );
}
