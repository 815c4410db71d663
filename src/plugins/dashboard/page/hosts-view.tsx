import type { HostPage } from '../api.ts';
import { useApi } from './api-client.ts';
import type { ViewProps } from './app.tsx';
import { formatCount, plural } from './format.ts';
import { Choice, Failure, Pager, WideTable, Words } from './parts.tsx';
import { formatRoute, searchOf } from './route.ts';

const step = 50;
const filters = [
  ['zone', 'Zone', 'zones'],
  ['namespace', 'Namespace', 'namespaces'],
  ['source', 'Source', 'sources'],
  ['export', 'Exported to', 'exports'],
  ['answer', 'Answer', 'answers'],
  ['type', 'Records', 'types'],
] as const;

/** The hosts that are served, with a search in them. All of it is in the URL. */
export function HostsView({ route: { parameters }, status }: ViewProps) {
  const { q = '', offset = '' } = parameters;
  const { value: page, error } = useApi<HostPage>(`hosts?${searchOf({ ...parameters, offset, limit: String(step) })}`);
  const find = (changed: Readonly<Record<string, string>>): void => {
    const next = formatRoute('hosts', '', { ...parameters, offset: '', ...changed });
    // Each letter is no step back.
    location.replace(next);
  };
  return (
    <>
      <form role="search" class="filters" onSubmit={(event) => event.preventDefault()}>
        <label class="text">
          Part of a host
          <input
            type="search"
            value={q}
            spellcheck={false}
            autocomplete="off"
            placeholder="payments"
            onInput={({ currentTarget }) => find({ q: currentTarget.value })}
          />
        </label>
        {filters.map(([name, label, words]) => (
          <Choice
            key={name}
            label={label}
            value={parameters[name] ?? ''}
            words={page?.choices[words] ?? []}
            onChoose={(word) => find({ [name]: word })}
          />
        ))}
      </form>
      <Failure error={error} />
      <p role="status" class="count">
        {page && countText(page)}
      </p>
      {page && page.hosts.length > 0 && <Found page={page} hasBlocks={(status?.registries.length ?? 0) > 1} />}
      {page && (
        <Pager
          offset={page.offset}
          shown={page.hosts.length}
          total={page.total}
          step={step}
          hrefOf={(to) => formatRoute('hosts', '', { ...parameters, offset: to === 0 ? '' : String(to) })}
        />
      )}
    </>
  );
}

function countText({ total, all, isComplete }: HostPage): string {
  const found = total === all ? plural(all, 'host') : `${formatCount(total)} of ${plural(all, 'host')}`;
  return isComplete ? found : `${found}; the registry is still being read`;
}

/** Which server block it is matters only where there are several. */
function Found({ page: { hosts }, hasBlocks }: { readonly page: HostPage; readonly hasBlocks: boolean }) {
  const head = ['Host', 'Answer', 'Records', 'Addresses', 'TTL', 'ServiceEntries', 'Exported to'];
  return (
    <WideTable label="Hosts" head={hasBlocks ? [...head, 'Server block'] : head}>
      {hosts.map(({ host, answers, types, targets, services, ttl, entries, exports, block }) => (
        <tr key={`${block} ${host}`}>
          <th scope="row">
            <a href={formatRoute('explain', host)}>{host}</a>
          </th>
          <td>{answers.length === 0 ? 'nobody sees it' : answers.join(', ')}</td>
          <td class="short">{types.join(', ')}</td>
          <td>
            <Words words={targets === '' ? [] : targets.split(' ')} max={4} />
            {services !== '' && <div class="sub">{services}</div>}
          </td>
          <td class="number">{ttl} s</td>
          <td>
            {entries.map(({ name, origin }) => (
              <div key={`${name} ${origin}`}>
                {name} <span class="sub">{origin}</span>
              </div>
            ))}
          </td>
          <td>{exports.join(', ')}</td>
          {hasBlocks && <td>{block}</td>}
        </tr>
      ))}
    </WideTable>
  );
}
