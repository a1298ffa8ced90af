#!/bin/sh
# Make the secrets of the containers, once: one file per secret. What is there is kept.
# The folder is closed to others; the files can be read by the user inside the containers.
set -eu
umask 077
folder=${1:-deploy/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }

make() {
  [ -s "$folder/$1" ] || printf '%s' "$2" > "$folder/$1"
  chmod 444 "$folder/$1"
}

for name in database_password issuer_key wallet_key verifier_key registry_key registry_operator_token \
  issuer_operator_api_key agent_api_key agent_jwt_secret; do
  make "$name" "$(random)"
done
# Askar's raw key is 32 bytes in base58, computed here because nothing else has to be installed for it.
base58() {
  awk -v hex="$1" 'BEGIN {
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    count = 1; number[0] = 0
    for (i = 1; i <= length(hex); i++) {
      carry = index("0123456789abcdef", substr(hex, i, 1)) - 1
      for (j = 0; j < count; j++) { carry += number[j] * 16; number[j] = carry % 58; carry = int(carry / 58) }
      while (carry > 0) { number[count++] = carry % 58; carry = int(carry / 58) }
    }
    for (i = 1; i < length(hex) && substr(hex, i, 2) == "00"; i += 2) text = text "1"
    for (j = count - 1; j >= 0; j--) text = text substr(alphabet, number[j] + 1, 1)
    printf "%s", text
  }'
}
make agent_wallet_key "$(base58 "$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')")"
[ -s "$folder/agent_wallet_key" ] || { echo "The key of the agent's store could not be made." >&2; exit 1; }
echo "The secrets are in $folder. Keep a copy of agent_wallet_key in a safe place: without it the institutions' keys are lost."
