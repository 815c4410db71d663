import { block, type PluginCases } from '../case.ts';

/** Ours say which paths there are. */
const mask = [[/^http 404 .*/g, 'http 404']] as const;

const paths = ['/', '/health', '/ready', '/metrics2'].map((path) => `get - +get=${path}`);

/** What listens for HTTP: health, ready, prometheus. */
export const httpCases: PluginCases = {
  plugin: 'health',
  groups: [
    { name: 'health', corefile: block('health 127.0.0.1:%HTTP\nwhoami'), mask, asks: paths },
    { name: 'health on all addresses', corefile: block('health :%HTTP\nwhoami'), mask, asks: paths },
    {
      name: 'health with lameduck',
      corefile: block('health 127.0.0.1:%HTTP {\nlameduck 1s\n}\nwhoami'),
      mask,
      asks: paths,
    },
    { name: 'ready', corefile: block('ready 127.0.0.1:%HTTP\nwhoami'), mask, asks: paths },
    {
      name: 'ready, always',
      corefile: block('ready 127.0.0.1:%HTTP {\nmonitor continuously\n}\nwhoami'),
      mask,
      asks: paths,
    },
    { name: 'prometheus', corefile: block('prometheus 127.0.0.1:%HTTP\nwhoami'), mask, asks: paths },
  ],
  starts: [
    ...[
      'health',
      'health :%HTTP',
      'health localhost:%HTTP',
      'health localhost:%HTTP {\nlameduck 4s\n}',
      'health {\nlameduck 0s\n}',
      'ready',
      'ready 127.0.0.1:%HTTP',
      'ready {\nmonitor until-ready\n}',
      'prometheus',
      'prometheus 127.0.0.1:%HTTP',
      'prometheus localhost:%HTTP',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'health bla bla',
      'health {\nlameduck\n}',
      'health {\nlameduck a\n}',
      'health {\nnonsense\n}',
      'ready a b',
      'ready {\nmonitor sometimes\n}',
      'ready {\nnonsense\n}',
      'prometheus a b',
      'prometheus {\nnonsense\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
