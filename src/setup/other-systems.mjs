/**
 * What to type where the set-up can't fetch the programs itself.
 * @param {readonly import('./parts.mjs').Part[]} missing
 * @param {string} why
 */
export function byHand(missing, why) {
  if (missing.every(({ name }) => name === 'openstack')) return clientByHand(why);
  if (missing.every(({ name }) => name === 'chromium')) return browserByHand(why);
  if (missing.every(({ name }) => networkTools.has(name))) return toolsByHand(why);
  return missing.some(({ name }) => appliances.has(name))
    ? `${serversByHand(why)}\n\n${applianceByHand}`
    : serversByHand(why);
}

/** @type {ReadonlySet<string>} */
const appliances = new Set(['caddy']);

const applianceByHand = `The tests need Caddy 2.6 or later as well, from the package caddy:

  Debian 12 or later, Ubuntu   sudo apt-get install caddy
  macOS (Homebrew)             brew install caddy
  Fedora                       sudo dnf install caddy
  Alpine                       sudo apk add caddy
  Arch Linux                   sudo pacman -S caddy

One that is not on the PATH is named by HOLDFAST_CADDY.`;

/** @type {ReadonlySet<string>} */
const networkTools = new Set(['ip', 'arping', 'nft']);

/** @param {string} why */
function toolsByHand(why) {
  return `${why}

Addresses that move between hosts need ip (iproute2), arping (of iputils) and nft. Install them:

  Debian 12 or later, Ubuntu   sudo apt-get install iproute2 iputils-arping nftables
  Fedora                       sudo dnf install iproute iputils nftables
  Alpine                       sudo apk add iproute2 iputils-arping nftables
  Arch Linux                   sudo pacman -S iproute2 iputils nftables

Then run this again. Programs that are not on the PATH are named by HOLDFAST_IP, HOLDFAST_ARPING and
HOLDFAST_NFT.`;
}

/** @param {string} why */
function clientByHand(why) {
  return `${why}

The tests of OpenStack's command line need openstack 6.0 or later with its loadbalancer commands. Install them:

  Debian 12 or later, Ubuntu   sudo apt-get install python3-openstackclient python3-octaviaclient
  anywhere else                pipx install python-openstackclient && pipx inject python-openstackclient python-octaviaclient

Then run this again. A program that is not on the PATH is named by HOLDFAST_OPENSTACK.`;
}

/** @param {string} why */
function browserByHand(why) {
  return `${why}

The inspector's page is tested and measured in Chromium 120 or later. Install it:

  Debian 11 or later         sudo apt-get install chromium
  macOS (Homebrew)           brew install --cask chromium
  Fedora                     sudo dnf install chromium
  Alpine                     sudo apk add chromium
  Arch Linux                 sudo pacman -S chromium

Then run this again. One that is not on the PATH is named by HOLDFAST_CHROMIUM.`;
}

/** @param {string} why */
function serversByHand(why) {
  return `${why}

Holdfast needs nats-server 2.10.27 or later and HAProxy 2.4 or later. Install them:

  Debian 13 or later sudo apt-get install nats-server haproxy
  macOS (Homebrew)   brew install nats-server haproxy
  Fedora             sudo dnf install nats-server haproxy
  Alpine             sudo apk add nats-server haproxy
  Arch Linux         sudo pacman -S nats-server haproxy
  Ubuntu             sudo apt-get install nats-server haproxy   (25.10 or later; before that,
                     nats-server from https://github.com/nats-io/nats-server/releases)

Then run this again. Programs that are not on the PATH are named by HOLDFAST_NATS_SERVER and
HOLDFAST_HAPROXY.`;
}
