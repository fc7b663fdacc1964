/**
 * What to type where the set-up can't fetch the programs itself.
 * @param {readonly import('./parts.mjs').Part[]} missing
 * @param {string} why
 */
export function byHand(missing, why) {
  return missing.every(({ name }) => name === 'openstack') ? clientByHand(why) : serversByHand(why);
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
