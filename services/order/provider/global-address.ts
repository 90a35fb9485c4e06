/** Which IP addresses belong to the public internet, after the IANA special-purpose address registries (RFC 6890). */
import { BlockList, isIP } from 'node:net';

const NOT_GLOBAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Parts of 2000::/3 that are set aside; everything outside of 2000::/3 is not global to begin with. */
const NOT_GLOBAL_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const blockList = (family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
};

const notGlobalIpv4 = blockList('ipv4', NOT_GLOBAL_IPV4);
const notGlobalIpv6 = blockList('ipv6', NOT_GLOBAL_IPV6);
const globalUnicastIpv6 = blockList('ipv6', [['2000::', 3]]);
const loopbackIpv4 = blockList('ipv4', [['127.0.0.0', 8]]);
const loopbackIpv6 = blockList('ipv6', [['::1', 128]]);

/** True only for an address on the public internet. IPv4 inside IPv6 (`::ffff:…`) is outside of 2000::/3, so refused. */
export const isGlobalAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !notGlobalIpv4.check(address, 'ipv4');
    case 6:
      return globalUnicastIpv6.check(address, 'ipv6') && !notGlobalIpv6.check(address, 'ipv6');
    default:
      return false;
  }
};

export const isLoopbackAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return loopbackIpv4.check(address, 'ipv4');
    case 6:
      return loopbackIpv6.check(address, 'ipv6');
    default:
      return false;
  }
};
