import type { Token } from '../../../corefile/ast.ts';
import { quote } from '../../../corefile/quote.ts';
import { fileErrorText } from '../../../runtime/errors.ts';
import { readCertificates, readPrivateKey, whyUnusable } from '../../../runtime/pem.ts';
import { filePath } from '../../file-path.ts';
import type { ParseContext } from '../../plugin.ts';
import type { TlsClientConfig } from '../config.ts';

/**
 * Reads the files of `tls`, in CoreDNS's four forms: nothing, CA, CERT KEY, or CERT KEY CA. Reports COREFILE_FILE at the name of a file that
 * cannot be used, and returns `undefined` then.
 */
export function readTlsFiles(args: readonly Token[], context: ParseContext): TlsClientConfig | undefined {
  const [first, second, third] = args;
  const ca = args.length === 1 ? first : third;
  const [cert, key] = args.length === 1 ? [] : [first, second];
  const faults: { readonly token: Token; readonly reason: string }[] = [];
  const read = <Value>(token: Token | undefined, parse: (pem: string) => Value | string) => {
    if (token === undefined) return undefined;
    try {
      const pem = context.readFile(filePath(token.text, context));
      const value = parse(pem);
      if (typeof value !== 'string') return { pem, value };
      faults.push({ token, reason: value });
    } catch (error) {
      faults.push({ token, reason: fileErrorText(error) });
    }
    return undefined;
  };
  const authority = read(ca, readCertificates);
  const chain = read(cert, readCertificates);
  const privateKey = read(key, readPrivateKey);
  if (chain && privateKey && chain.value[0]?.checkPrivateKey(privateKey.value) === false) {
    faults.push({ token: key!, reason: `is not the key of the certificate in ${quote(cert!.text)}` });
  }
  const config = {
    ...(authority && { ca: authority.pem }),
    ...(chain && { cert: chain.pem }),
    ...(privateKey && { key: privateKey.pem }),
  };
  const reason = faults.length > 0 ? undefined : whyUnusable(config);
  if (reason !== undefined) faults.push({ token: args[0]!, reason });
  for (const fault of faults) {
    context.problems.error('COREFILE_FILE', fault.token.position, `${quote(fault.token.text)} ${fault.reason}`);
  }
  return faults.length === 0 ? config : undefined;
}
