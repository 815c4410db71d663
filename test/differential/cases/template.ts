import { block, type Group, type PluginCases } from '../case.ts';
import { exampleZone } from '../zones.ts';

function group(name: string, lines: string, asks: Group['asks'], more: Partial<Group> = {}): Group {
  return { name, corefile: block(`${lines}\nlog\nerrors`), asks, ...more };
}

const forwarded = { upstream: exampleZone };

export const templateCases: PluginCases = {
  plugin: 'template',
  groups: [
    group('an answer', 'template IN A example {\nanswer "{{ .Name }} 60 IN A 192.0.2.1"\n}', [
      'www.example. A',
      'WWW.Example. A',
      'example. A',
      'a.b.c.example. A',
      'www.example. A +tcp',
      'www.example. A +edns',
      'www.example. A +do',
      'www.example. A +nord',
    ]),
    group('of another type', 'template IN A example {\nanswer "{{ .Name }} 60 IN A 192.0.2.1"\n}', [
      'www.example. AAAA',
      'www.example. TXT',
      'www.example. ANY',
    ]),
    group('of another zone', 'template IN A example {\nanswer "{{ .Name }} 60 IN A 192.0.2.1"\n}', [
      'www.other. A',
      '. A',
    ]),
    group('ANY type', 'template IN ANY example {\nanswer "{{ .Name }} 60 {{ .Class }} TXT \\"{{ .Type }}\\""\n}', [
      'www.example. TXT',
      'www.example. A',
      'www.example. ANY',
      'www.example. HTTPS',
      'www.example. TYPE65280',
    ]),
    group('ANY class', 'template ANY TXT example {\nanswer "{{ .Name }} 60 {{ .Class }} TXT \\"{{ .Class }}\\""\n}', [
      'www.example. TXT',
      'www.example. TXT +class=CH',
      'www.example. TXT +class=HS',
    ]),
    group(
      'NXDOMAIN',
      'template IN ANY invalid. {\nrcode NXDOMAIN\nauthority "invalid. 60 {{ .Class }} SOA ns.invalid. hostmaster.invalid. (1 60 60 60 60)"\n}',
      ['a.invalid. A', 'a.invalid. AAAA +edns', 'invalid. SOA'],
    ),
    group('REFUSED', 'template IN ANY example {\nrcode REFUSED\n}', ['www.example. A', 'www.example. A +edns']),
    group('SERVFAIL', 'template IN ANY example {\nrcode SERVFAIL\n}', ['www.example. A']),
    group('an extended error', 'template IN ANY example {\nrcode NXDOMAIN\nederror 21 "not here"\n}', [
      'www.example. A',
      'www.example. A +edns',
      'www.example. A +do',
    ]),
    group(
      'a match',
      'template IN A example {\nmatch "^ip-(?P<a>[0-9]+)-(?P<b>[0-9]+)-(?P<c>[0-9]+)-(?P<d>[0-9]+)[.]example[.]$"\nanswer "{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"\nfallthrough\n}\nforward . %UPSTREAM',
      [
        'ip-192-0-2-9.example. A',
        'IP-192-0-2-9.example. A',
        'ip-300-0-2-9.example. A',
        'www.example. A',
        'ip-1-2-3.example. A',
        'ip-192-0-2-9.example. AAAA',
      ],
      forwarded,
    ),
    group(
      'a match without fallthrough',
      'template IN A example {\nmatch "^ip-([0-9]+)[.]example[.]$"\nanswer "{{ .Name }} 60 IN A 10.0.0.{{ index .Match 1 }}"\n}\nforward . %UPSTREAM',
      ['ip-9.example. A', 'www.example. A', 'www.other. A'],
      forwarded,
    ),
    group(
      'fallthrough of some zones',
      'template IN A example {\nmatch "^x"\nanswer "{{ .Name }} 60 IN A 10.0.0.1"\nfallthrough www.example\n}\nforward . %UPSTREAM',
      ['x.example. A', 'www.example. A', 'one.example. A'],
      forwarded,
    ),
    group(
      'several matches',
      'template IN A example {\nmatch "^a[.]" "^b[.]"\nmatch "^c[.]"\nanswer "{{ .Name }} 60 IN A 10.0.0.1"\nfallthrough\n}\nforward . %UPSTREAM',
      ['a.example. A', 'b.example. A', 'c.example. A', 'www.example. A'],
      forwarded,
    ),
    group(
      'several answers',
      'template IN MX example {\nanswer "{{ .Name }} 60 IN MX 10 a.{{ .Name }}"\nanswer "{{ .Name }} 60 IN MX 20 b.{{ .Name }}"\nadditional "a.{{ .Name }} 60 IN A 192.0.2.1"\nauthority "{{ .Zone }} 60 IN NS ns.{{ .Zone }}"\n}',
      ['www.example. MX', 'www.example. MX +edns', 'WWW.example. MX'],
    ),
    group(
      'several lines',
      'template IN A a.example {\nanswer "{{ .Name }} 60 IN A 10.0.0.1"\n}\ntemplate IN A b.example {\nanswer "{{ .Name }} 60 IN A 10.0.0.2"\n}\ntemplate IN ANY example {\nrcode NXDOMAIN\n}',
      ['x.a.example. A', 'x.b.example. A', 'x.c.example. A', 'x.a.example. AAAA'],
    ),
    group('of the client', 'template IN TXT example {\nanswer "{{ .Name }} 60 IN TXT \\"{{ .Remote }}\\""\n}', [
      'www.example. TXT',
      'www.example. TXT +from=127.0.0.2',
      'www.example. TXT +tcp',
    ]),
    group(
      'of the question',
      'template IN TXT example {\nanswer "{{ .Question.Name }} 60 IN TXT \\"{{ .Zone }} {{ .Type }} {{ .Class }}\\""\n}',
      ['www.example. TXT', 'WWW.example. TXT'],
    ),
    group(
      'of the message',
      'template IN TXT example {\nanswer "{{ .Name }} 60 IN TXT \\"{{ .Message.Id }} {{ .Message.RecursionDesired }}\\""\n}',
      ['www.example. TXT', 'www.example. TXT +nord'],
    ),
    group(
      'conditions',
      'template IN TXT example {\nanswer "{{ .Name }} 60 IN TXT \\"{{ if eq .Name `a.example.` }}first{{ else if eq .Name `b.example.` }}second{{ else }}other{{ end }}\\""\n}',
      ['a.example. TXT', 'b.example. TXT', 'c.example. TXT'],
    ),
    group(
      'functions',
      'template IN TXT example {\nanswer "{{ .Name }} 60 IN TXT \\"{{ len .Name }} {{ printf `%05d` 42 }} {{ parseInt `ff` 16 64 }} {{ and true false }} {{ not true }} {{ lt 1 2 }}\\""\n}',
      ['a.example. TXT', 'abc.example. TXT'],
    ),
    group(
      'range',
      'template IN TXT example {\nmatch "^([a-z])([a-z])[.]"\nanswer "{{ .Name }} 60 IN TXT \\"{{ range $i, $m := .Match }}{{ $i }}={{ $m }} {{ end }}\\""\n}',
      ['ab.example. TXT'],
    ),
    group(
      'variables',
      'template IN TXT example {\nanswer "{{ .Name }} 60 IN TXT \\"{{ with $x := .Name }}{{ $x }}{{ end }}\\""\n}',
      ['a.example. TXT'],
    ),
    group(
      'printf of an address',
      'template IN A example {\nmatch "^(?P<hex>[0-9a-f]{8})[.]example[.]$"\nanswer "{{ .Name }} 60 IN A {{ parseInt (slice .Group.hex 0 2) 16 8 }}.{{ parseInt (slice .Group.hex 2 4) 16 8 }}.{{ parseInt (slice .Group.hex 4 6) 16 8 }}.{{ parseInt (slice .Group.hex 6 8) 16 8 }}"\n}',
      ['c0000201.example. A', 'ffffffff.example. A', 'nothex.example. A'],
    ),
    group(
      'var and expr',
      `template IN A example {\nvar octet group(1)\nmatch "^n([0-9]+)[.]example[.]$"\nexpr int(octet) < 100\nanswer "{{ .Name }} 60 IN A 10.0.0.{{ .Var.octet }}"\nfallthrough\n}\nforward . %UPSTREAM`,
      ['n7.example. A', 'n100.example. A', 'www.example. A'],
      forwarded,
    ),
    group(
      'an expression of the client',
      `template IN A example {\nexpr incidr(client_ip(), '127.0.0.2/32')\nanswer "{{ .Name }} 60 IN A 10.0.0.1"\nfallthrough\n}\nforward . %UPSTREAM`,
      ['www.example. A', 'www.example. A +from=127.0.0.2'],
      forwarded,
    ),
    group(
      'what is no record',
      'template IN A example {\nmatch "^(?P<x>[a-z]+)[.]example[.]$"\nanswer "{{ .Name }} 60 IN A {{ .Group.x }}"\n}',
      ['www.example. A'],
    ),
    group(
      'records of many types',
      'template IN ANY example {\nanswer "{{ .Name }} 60 IN {{ .Type }} {{ if eq .Type `MX` }}10 mx.example.{{ else if eq .Type `SRV` }}1 2 80 www.example.{{ else if eq .Type `CAA` }}0 issue \\"ca.example\\"{{ else if eq .Type `AAAA` }}2001:db8::1{{ else if eq .Type `PTR` }}ptr.example.{{ else if eq .Type `SOA` }}ns.example. x.example. 1 2 3 4 5{{ else if eq .Type `HTTPS` }}1 . alpn=h2{{ else if eq .Type `NAPTR` }}1 2 \\"S\\" \\"SIP+D2U\\" \\"\\" _sip.example.{{ else }}192.0.2.1{{ end }}"\n}',
      ['A', 'AAAA', 'MX', 'SRV', 'CAA', 'PTR', 'SOA', 'HTTPS', 'NAPTR'].map((type) => `www.example. ${type}`),
    ),
    group(
      'a CNAME that leads upstream',
      'template IN A alias.test {\nanswer "{{ .Name }} 60 IN CNAME www.example."\n}\nforward . %UPSTREAM',
      ['alias.test. A', 'alias.test. AAAA'],
      forwarded,
    ),
    group('a CNAME', 'template IN ANY alias.test {\nanswer "{{ .Name }} 60 IN CNAME www.example."\n}', [
      'alias.test. CNAME',
    ]),
    {
      name: 'metrics',
      corefile: block(
        'template IN A example {\nanswer "{{ .Name }} 60 IN A {{ if eq .Name `bad.example.` }}x{{ else }}192.0.2.1{{ end }}"\n}\nprometheus 127.0.0.1:%METRICS',
      ),
      asks: ['www.example. A', 'a.example. A', 'bad.example. A'],
    },
  ],
  starts: [
    ...[
      'template ANY A example.com {\nmatch ip-(?P<a>[0-9]*)-(?P<b>[0-9]*)\nanswer "{{ .Name }} 60 IN A {{ .Group.a }}.1.1.1"\n}',
      'template IN A {\nanswer "{{ .Name }} 60 IN A 192.0.2.1"\n}',
      'template IN ANY example.com example.net {\nrcode NXDOMAIN\n}',
      'template ANY ANY',
      'template IN A {\nederror 99\n}',
      'template IN A example {\nfallthrough\n}',
      'template IN A example {\nfallthrough a.example b.example\n}',
      'template IN A example {\nederror 21\n}',
      'template IN A example {\nederror 21 "text"\n}',
      'template IN A example {\nupstream\n}',
      'template CH TXT {\nanswer "{{ .Name }} 60 CH TXT x"\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'starts' as const,
    })),
    ...[
      'template',
      'template IN',
      'template XX A',
      'template IN ANY {\nrcode 3\n}',
      'template IN XX',
      'template IN A {\nmatch (\n}',
      'template IN A {\nmatch\n}',
      'template IN A {\nanswer\n}',
      'template IN A {\nanswer "{{ .Name"\n}',
      'template IN A {\nanswer "{{ nothere }}"\n}',
      'template IN A {\nrcode NONSENSE\n}',
      'template IN A {\nrcode\n}',
      'template IN A {\nederror\n}',
      'template IN A {\nederror x\n}',
      'template IN A {\nnonsense\n}',
      'template IN A {\nadditional\n}',
      'template IN A {\nauthority\n}',
      'template IN A {\nvar\n}',
      'template IN A {\nvar x\n}',
      'template IN A {\nexpr\n}',
      'template IN A {\nexpr nothere()\n}',
    ].map((line) => ({
      name: line.replaceAll('\n', ' '),
      corefile: block(`${line}\nwhoami`),
      coreDns: 'refuses' as const,
    })),
  ],
};
