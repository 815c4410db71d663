import { expect, test } from 'vitest';
import { startServer } from '../cli/server-process.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { corefile, untilAnswer } from './support/served.ts';

describeOnCluster('the program with a kubeconfig', (cluster) => {
  test('answers, follows changes and ends on SIGTERM', async () => {
    const { admin } = cluster();
    await ensureNamespaces(admin, 'shop');
    await admin.create(withVip('shop', 'a', 'a.mesh.test', '10.1.0.1'));
    const program = startServer(corefile([`kubeconfig ${cluster().kubeconfig()}`]));
    const port = await program.port();
    expect(program.lines).toContain('1 host served');
    await untilAnswer(port, 'a.mesh.test', '10.1.0.1');
    await admin.create(withVip('shop', 'b', 'b.mesh.test', '10.1.0.2'));
    await untilAnswer(port, 'b.mesh.test', '10.1.0.2');
    program.kill('SIGTERM');
    // Open watches do not keep it.
    expect(await program.exit).toEqual({ code: 0, signal: null });
    expect(program.stderr).toBe('');
  });

  test('says which context is not there, and keeps asking', async () => {
    const program = startServer(corefile([`kubeconfig ${cluster().kubeconfig()} nowhere`]));
    await program.line(/has no context "nowhere"; trying again/);
    program.kill('SIGTERM');
    expect(await program.exit).toEqual({ code: 0, signal: null });
  });
});
