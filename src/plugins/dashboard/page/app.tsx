import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Status } from '../api.ts';
import { useApi } from './api-client.ts';
import { ChangesView } from './changes-view.tsx';
import { ConfigurationView } from './configuration-view.tsx';
import { ExplainView } from './explain-view.tsx';
import { HostsView } from './hosts-view.tsx';
import { LeftOutView } from './left-out-view.tsx';
import { OverviewView } from './overview-view.tsx';
import { parseRoute, type Route } from './route.ts';
import { serverState } from './server-state.ts';
import { ThemeChoice } from './theme.tsx';

export interface ViewProps {
  readonly route: Route;
  readonly status: Status | undefined;
}

interface View {
  readonly name: string;
  readonly title: string;
  readonly Content: ComponentType<ViewProps>;
}

const overview: View = { name: '', title: 'Overview', Content: OverviewView };
const views: readonly View[] = [
  overview,
  { name: 'hosts', title: 'Hosts', Content: HostsView },
  { name: 'explain', title: 'Explain', Content: ExplainView },
  { name: 'changes', title: 'Changes', Content: ChangesView },
  { name: 'left-out', title: 'Left out', Content: LeftOutView },
  { name: 'configuration', title: 'Configuration', Content: ConfigurationView },
];
const statusEveryMs = 2000;

export function App() {
  const route = useRoute();
  const { value: status, error } = useApi<Status>('status', statusEveryMs);
  const { name, title, Content } = views.find((each) => each.name === route.view) ?? overview;
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} – serviceentry-dns`;
    // Who goes to another view with the keyboard or hears the page goes on from its heading.
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [title]);
  const state = serverState(status, error);
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          // The hash is the view.
          event.preventDefault();
          heading.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header>
        <div class="bar">
          <p class="brand">
            serviceentry-dns <span class="version">{status?.version}</span>
          </p>
          <p class={`state ${state.level}`} role="status">
            {state.text}
          </p>
          <ThemeChoice />
        </div>
        <nav aria-label="Views">
          <ul>
            {views.map((each) => (
              <li key={each.name}>
                <a href={`#/${each.name}`} aria-current={each.name === name ? 'page' : undefined}>
                  {each.title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="content">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <Content route={route} status={status} />
      </main>
    </>
  );
}

function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = (): void => setHash(location.hash);
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return parseRoute(hash);
}
