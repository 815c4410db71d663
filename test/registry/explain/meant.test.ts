import { expect, it } from 'vitest';
import { isMeant } from '../../../src/registry/explain/meant.ts';

it.each([
  ['api.mesh.test', 'api.mesh.test'],
  ['https://api.mesh.test', 'api.mesh.test'],
  ['https://user@api.mesh.test:8443/v1/x?y#z', 'api.mesh.test'],
  ['api.mesh.test/path', 'api.mesh.test'],
  ['cart.mesh.test:8443', 'cart.mesh.test'],
  ['cart.mesh.test:http', 'cart.mesh.test'],
  ['trail.mesh.test ', 'trail.mesh.test'],
  ['trail.mesh. test\n', 'trail.mesh.test'],
  ['TRAIL.mesh.test..', 'trail.mesh.test'],
  ['.trail.mesh.test', 'trail.mesh.test'],
  ['My_Cart.mesh.test', 'my-cart.mesh.test'],
  ['my-cart.mesh.test', 'my_cart.mesh.test'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['https://BÜCHER.example:443/', 'xn--bcher-kva.example'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['*.mesh.test', 'a.b.mesh.test'],
  ['https://*.mesh.test', 'a.mesh.test'],
  ['*.my_zone.test', 'a.my-zone.test'],
  ['*', 'anything.test'],
  ['*post.mesh.test', 'washingtonpost.mesh.test'],
  ['post*.mesh.test', 'postman.mesh.test'],
  ['10.1.0.1', '10.1.0.1'],
  ['10.1.0.1:80', '10.1.0.1'],
  ['http://10.1.0.1:80/x', '10.1.0.1'],
  ['10.1.0.1/24', '10.1.0.1'],
  ['[2001:DB8::1]:443', '2001:db8::1'],
  ['2001:db8:0::1', '2001:db8::1'],
])('%j may mean %s', (written, asked) => expect(isMeant(written, asked)).toBe(true));

it.each([
  ['b.mesh.test', 'a.mesh.test'],
  ['mesh.test', 'a.mesh.test'],
  ['*.mesh.test', 'mesh.test'],
  ['*.mesh.test', 'amesh.test'],
  ['*post.mesh.test', 'post.other.test'],
  ['10.1.0.2', '10.1.0.1'],
  ['', 'a.test'],
  ['https://', 'a.test'],
  ['::', 'a.test'],
])('%j does not mean %s', (written, asked) => expect(isMeant(written, asked)).toBe(false));
