/** How much of an address is kept: all of it, the network it lies in, or nothing. */
export const IP_POLICIES = ["full", "truncated", "none"] as const;
export type IpPolicy = (typeof IP_POLICIES)[number];

/** How many groups of an IPv6 address name a network: 48 bits, what a provider gives one customer site. */
const NETWORK_GROUPS = 3;

/**
 * What a policy lets through of an address. Truncated, an IPv4 address loses its last byte and an IPv6 address its last
 * 80 bits: the country can still be told, the household cannot. `undefined` where nothing may be kept, or where the
 * text is no address.
 */
export function keptIp(address: string, policy: IpPolicy): string | undefined {
  if (policy === "none") return undefined;
  // Node's own dual-stack sockets write IPv4 addresses as IPv6 ones.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const bytes = IPV4.exec(plain);
  if (bytes !== null) return policy === "full" ? plain : `${bytes[1]}.0`;
  if (!IPV6.test(plain)) return undefined;
  return policy === "full" ? plain : `${firstGroups(plain)}::`;
}

const IPV4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/;
const IPV6 = /^(?=[^:]*:[^:]*:)[0-9a-f:.]{2,45}$/i;

function firstGroups(address: string): string {
  const [before = "", after] = address.toLowerCase().split("::", 2);
  const groups = before === "" ? [] : before.split(":");
  // `::` stands for as many zeros as are missing: what comes after it is the end, which is cut off anyway.
  const known = after === undefined || groups.length >= NETWORK_GROUPS ? groups : [...groups, "0", "0", "0"];
  return known.slice(0, NETWORK_GROUPS).join(":");
}
