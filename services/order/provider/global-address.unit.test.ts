import { describe, expect, it } from 'vitest';
import { isGlobalAddress, isLoopbackAddress } from './global-address.ts';
import { sendOutgoing } from './outgoing-request.ts';

describe('an address that a provider may have', () => {
  it.each(['8.8.8.8', '193.0.6.139', '2606:4700::1111', '2a00:1450:4001::1'])('%s is global', (address) => {
    expect(isGlobalAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
    '2001:db8::1',
    'not an address',
  ])('%s is not', (address) => {
    expect(isGlobalAddress(address)).toBe(false);
  });

  it('is loopback only where it is', () => {
    expect(['127.0.0.1', '::1', '10.0.0.1'].map(isLoopbackAddress)).toEqual([true, true, false]);
  });
});

describe('an outgoing request', () => {
  const get = (url: string) =>
    sendOutgoing({ method: 'GET', url: new URL(url), headers: {} }, { allowLoopback: false });

  it.each([
    'http://127.0.0.1:1/',
    'http://[::1]:1/',
    'http://localhost:1/',
    'http://0x7f.1:1/',
    'http://[::ffff:127.0.0.1]:1/',
  ])('to %s is not made', async (url) => {
    await expect(get(url)).rejects.toThrow('not an address on the public internet');
  });
});
