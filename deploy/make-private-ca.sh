#!/bin/sh
# Make a certificate authority of one's own and a certificate for the proxy, for a domain that is not public.
# What is there is kept. `public` may be read by every container, `private` by the proxy; the authority's key by nobody.
set -eu
umask 077
domain=${1:-edubadges.test}
folder=${2:-deploy/tls}
mkdir -p "$folder/public" "$folder/private" "$folder/authority"
chmod 755 "$folder" "$folder/public"

if [ ! -s "$folder/authority/ca.key" ]; then
  openssl ecparam -name prime256v1 -genkey -noout -out "$folder/authority/ca.key"
  openssl req -x509 -new -key "$folder/authority/ca.key" -days 1825 -subj "/CN=edubadges private authority ($domain)" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -addext "nameConstraints=critical,permitted;DNS:$domain" -out "$folder/public/ca.crt"
fi
if [ ! -s "$folder/private/server.key" ]; then
  openssl ecparam -name prime256v1 -genkey -noout -out "$folder/private/server.key"
  openssl req -new -key "$folder/private/server.key" -subj "/CN=$domain" -out "$folder/authority/server.csr"
  cat >"$folder/authority/server.ext" <<END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=DNS:$domain,DNS:portal.$domain,DNS:wallet.$domain,DNS:verifier.$domain,DNS:registry.$domain
END
  openssl x509 -req -in "$folder/authority/server.csr" -CA "$folder/public/ca.crt" -CAkey "$folder/authority/ca.key" \
    -CAserial "$folder/authority/ca.srl" -CAcreateserial -days 397 -extfile "$folder/authority/server.ext" -out "$folder/public/server.crt" 2>/dev/null
fi
chmod 444 "$folder"/public/*
cat <<END
Set these for docker-compose, and let your browsers trust $folder/public/ca.crt:
EDUBADGES_DOMAIN=$domain
EDUBADGES_TLS="tls /etc/edubadges/tls/server.crt /etc/edubadges/tls-private/server.key"
EDUBADGES_CA_FILE=/etc/edubadges/tls/ca.crt
END
