/** Where this server does not do what CoreDNS 1.15.0 does, on purpose. */
export interface DeliberateEntry {
  /** The plugin, or part of the server. */
  readonly where: string;
  readonly coreDns: string;
  readonly ours: string;
  readonly reason: string;
}

/** All of them by name; docs/coredns.md has them as a table, and a case shows each. */
export const deliberateDifferences = {
  'ra-of-block': {
    where: 'server',
    coreDns: 'RA is set in what an upstream replied only',
    ours: 'RA is set in every reply of a server block that forwards',
    reason: 'RA says what the server can do, not where this answer is from (RFC 1035 section 4.1.1)',
  },
  'edns-size': {
    where: 'server',
    coreDns: "the EDNS record of a reply repeats the client's size",
    ours: 'it has the size that this server takes, 1232',
    reason: 'RFC 6891 section 6.2.3: each side announces its own size',
  },
  'udp-1232': {
    where: 'server',
    coreDns: "up to the client's EDNS size goes over UDP",
    ours: 'at most 1232 octets, without bufsize too',
    reason: 'fragments are lost, and can be forged (RFC 9715)',
  },
  'log-octets': {
    where: 'log, prometheus',
    coreDns: 'sizes are those of messages without compression, and without options that were changed on the way',
    ours: 'octets that came and went',
    reason: 'it is what the network carried',
  },
  'class-in': {
    where: 'server',
    coreDns: 'with forward or chaos in the block all classes go through the plugins',
    ours: 'a class goes to the plugins that serve it; REFUSED where there is none',
    reason: 'other classes ask about the server that is asked: forwarded they tell about another one',
  },
  notify: {
    where: 'server',
    coreDns: 'NOTIFY is handled as a query',
    ours: 'NOTIMP',
    reason: 'there is no secondary zone that could be notified',
  },
  'no-plugin-refused': {
    where: 'server',
    coreDns: 'SERVFAIL, and an error in the log, where no plugin answers',
    ours: 'REFUSED',
    reason: 'resolvers ask the next server at once, and nothing is broken here',
  },
  'rd-copied': {
    where: 'forward',
    coreDns: "RD of the upstream's reply",
    ours: 'RD of the query',
    reason: 'RFC 1035 section 4.1.1: it is copied from the query',
  },
  'edns-hop-by-hop': {
    where: 'forward',
    coreDns: "the client's EDNS record goes upstream as it is, with all its options",
    ours: 'an EDNS record of our own with a cookie of our own, in each query that has one',
    reason: 'EDNS is hop by hop (RFC 6891 section 6.1.1); a cookie guards against forged replies (RFC 7873)',
  },
  'transfers-refused': {
    where: 'forward',
    coreDns: 'AXFR and IXFR are forwarded as a query of one message',
    ours: 'REFUSED',
    reason: 'half a transfer is worse than none (coredns#2834)',
  },
  'special-use': {
    where: 'forward',
    coreDns: 'names of RFC 6761, RFC 7686 and RFC 9462 are forwarded',
    ours: 'they are answered here, and can be forwarded by an option',
    reason: 'these names must not leave',
  },
  'longest-line': {
    where: 'forward',
    coreDns: 'of several lines the first in the file that has the name',
    ours: 'the line with the longest zone',
    reason: 'what a stub domain means does not depend on where it stands',
  },
  'failover-default': {
    where: 'forward',
    coreDns: 'SERVFAIL and REFUSED of an upstream are handed on',
    ours: 'another upstream is asked first',
    reason: 'coredns#5999, coredns#3944: one sick upstream of several made names fail',
  },
  'tc-over-tcp': {
    where: 'forward',
    coreDns: 'a truncated reply over UDP is handed on',
    ours: 'the upstream is asked again over TCP, and the client gets as much as it can take',
    reason: 'coredns#1669, coredns#3391: some clients ignore TC; the whole reply can be cached',
  },
  'oversized-reply': {
    where: 'forward',
    coreDns: 'a reply over UDP that is longer than the client said gives a truncated reply without records',
    ours: 'a truncated reply with the records that fit',
    reason: 'it came whole; the client asks again over TCP all the same',
  },
  'other-question': {
    where: 'forward',
    coreDns: 'a reply with another question gives FORMERR',
    ours: 'it is ignored, or another upstream asked; SERVFAIL in the end',
    reason: 'it may be forged, and the client made no error (RFC 5452 section 9.1)',
  },
  'error-texts': {
    where: 'errors',
    coreDns: "texts of Go's network library",
    ours: 'the upstream, and the reason in words',
    reason: 'coredns#2230: texts such as EOF do not say which server failed and why',
  },
  'connection-metrics': {
    where: 'prometheus',
    coreDns: 'connections are counted for UDP too',
    ours: 'for TCP and TLS only',
    reason: 'sockets of UDP are shared by all queries here',
  },
  'ttl-of-rrset': {
    where: 'cache',
    coreDns: 'all records of a reply get the least TTL of them',
    ours: 'each RRset keeps its own',
    reason: 'RFC 2181 section 5.2; an alias of an hour is not asked for each minute',
  },
  'negative-ttl': {
    where: 'cache',
    coreDns: 'the TTL of a negative reply is that of its SOA record',
    ours: "at most the SOA's last field",
    reason: 'RFC 2308 section 5',
  },
  'senseless-values': {
    where: 'Corefile',
    coreDns: 'values that cannot be meant so are taken: a duration of 0 or less in consolidate',
    ours: 'an error that says what is expected',
    reason: 'a line that does nothing is a mistake',
  },
  'no-soa': {
    where: 'cache',
    coreDns: 'an empty reply without SOA record is kept for 5 s',
    ours: 'it is not kept, but by an option',
    reason: 'RFC 2308 section 5: such replies should not be cached',
  },
  'clearer-grammar': {
    where: 'Corefile',
    coreDns:
      'some slips read as something else: a brace on the next line, a port that is no number, an address as a zone, an open quote',
    ours: 'an error that says what is expected there',
    reason: 'what was written was not what was meant',
  },
  'hosts-soa': {
    where: 'hosts',
    coreDns: 'a name without records of the type gets an empty reply without SOA record',
    ours: 'NODATA with an SOA record that nobody keeps',
    reason: 'coredns#2564: without it some clients take the server for a lame one',
  },
  'hosts-nxdomain': {
    where: 'hosts',
    coreDns: 'SERVFAIL for a name that is not in the file, without fallthrough',
    ours: 'NXDOMAIN, or NODATA where others are below it; in the root zone SERVFAIL',
    reason: 'coredns#2482: the zone is in the file, and a SERVFAIL is asked for again',
  },
  'hosts-own-entry': {
    where: 'hosts',
    coreDns: 'a wildcard answers for a name with entries of its own where these are of the other family',
    ours: 'a wildcard never answers for such a name',
    reason: 'it is the address of another machine (RFC 4592 section 2.2.1)',
  },
  'hosts-any': {
    where: 'hosts',
    coreDns: 'ANY gets an empty reply',
    ours: 'the addresses',
    reason: 'an empty reply says that there is nothing',
  },
  'hosts-once': {
    where: 'hosts',
    coreDns: 'an address that a name has twice is given twice',
    ours: 'once',
    reason: 'RFC 2181 section 5: an RRset has no record twice',
  },
  'hosts-case': {
    where: 'hosts',
    coreDns: 'owner names are in lower case',
    ours: 'in the case of the question',
    reason: 'coredns#6917: clients that check the case (0x20) fail',
  },
  'directory-import': {
    where: 'Corefile',
    coreDns: 'import of a directory is an error',
    ours: 'all files in it that are not hidden are imported, in lexical order',
    reason: 'coredns#1028, coredns#256: ConfigMaps are mounted as directories',
  },
  'ede-as-asked': {
    where: 'acl',
    coreDns:
      'an EDNS record with DO and the extended error goes to clients that sent none; with one, it has DO in any case, and no error',
    ours: 'clients that sent an EDNS record get one, with their DO; others get none',
    reason: 'RFC 6891 section 6.1.1: a reply has no EDNS record where the query has none',
  },
  'dropped-not-counted': {
    where: 'acl, prometheus',
    coreDns: 'a query without a reply is counted as NOERROR among the replies',
    ours: 'it is counted among the queries, and by acl',
    reason: 'there was no reply',
  },
  'any-case': {
    where: 'Corefile',
    coreDns: 'names of types in upper case only, and not TYPE257',
    ours: 'in any case, and by number',
    reason: 'names in DNS have no case (RFC 3597 for numbers)',
  },
  'do-as-asked': {
    where: 'nsid',
    coreDns: 'the EDNS record with the name of the server has DO',
    ours: 'it has the DO of the query',
    reason: 'RFC 3225 section 3: DO is copied',
  },
  'old-header-lines': {
    where: 'header',
    coreDns: 'lines without a selector are an error since 1.9',
    ours: 'they are for replies, as they were',
    reason: 'Corefiles that are older go on working',
  },
  'loopback-of-ipv6': {
    where: 'local',
    coreDns: 'the reverse name of ::1 goes to the next plugin',
    ours: 'it is localhost, as that of 127.0.0.1',
    reason: 'RFC 6303 section 4.4: such queries must not leave',
  },
  'template-nodata': {
    where: 'template',
    coreDns:
      'a query of another type than the templates of its zone goes to the next plugin, and is SERVFAIL where there is none',
    ours: 'NODATA with a SOA record where no plugin behind answers',
    reason: 'coredns#3559: the name exists',
  },
  'unknown-types': {
    where: 'template',
    coreDns: '.Type of a type without a name is empty',
    ours: 'it is TYPE65280',
    reason: 'RFC 3597 section 5',
  },
  'template-label': {
    where: 'template, prometheus',
    coreDns: 'the label template has the template as it was parsed, without spaces',
    ours: 'as it was written',
    reason: 'it can be found in the Corefile',
  },
  'failed-plugin-label': {
    where: 'prometheus',
    coreDns: 'the label plugin of a failure is empty, as the server writes the reply',
    ours: 'it is the plugin that failed',
    reason: 'it is the question that the label answers',
  },
  'question-of-client': {
    where: 'rewrite',
    coreDns: 'the log has the rewritten type and class, and the name of the client',
    ours: 'the question of the client',
    reason: 'lines can be found by what the client asked',
  },
  'whole-chains': {
    where: 'rewrite',
    coreDns: 'answer name renames owners, and leaves the targets of aliases to them',
    ours: 'a target that is the owner of other records gets their new name',
    reason: 'coredns#4284, coredns#6922: a chain that is torn is no answer',
  },
  'alias-asked-for': {
    where: 'rewrite',
    coreDns: 'the new target of a rewritten CNAME is looked up for CNAME queries too',
    ours: 'a CNAME query is answered with the CNAME record',
    reason: 'RFC 1034 section 3.6.2',
  },
  'queries-of-our-own': {
    where: 'dns64',
    coreDns: 'the query for IPv4 addresses passes all plugins again, and is logged and counted as one of a client',
    ours: 'it is asked of the plugins behind, and neither logged nor counted',
    reason: 'no client has sent it',
  },
  'prefix-with-block': {
    where: 'dns64',
    coreDns: 'with a prefix as argument the block is not read',
    ours: 'it is',
    reason: 'the document of the plugin shows it so',
  },
  'not-built': {
    where: 'Corefile',
    coreDns: 'autopath @PLUGIN, and the directives that are not built',
    ours: 'an error that says what there is in their place',
    reason: 'see the list of directives that are not built',
  },
  'success-of-names': {
    where: 'autopath, prometheus',
    coreDns: 'a SERVFAIL of a name of the search path counts as a success',
    ours: 'only names that exist do',
    reason: 'it is what the metric is for',
  },
  'case-of-asker': {
    where: 'cache, rewrite, template, dns64, autopath',
    coreDns: 'owner names have the case of whoever asked first',
    ours: 'the case of whoever asks now',
    reason: 'coredns#6917: clients that check the case (0x20) fail',
  },
} as const satisfies Readonly<Record<string, DeliberateEntry>>;

export type DeliberateDifference = keyof typeof deliberateDifferences;
