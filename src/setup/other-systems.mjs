/**
 * What to type where the set-up can't fetch the programs itself.
 * @param {string} why
 */
export function installByHand(why) {
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
