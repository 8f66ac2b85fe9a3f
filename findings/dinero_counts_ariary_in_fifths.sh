#!/usr/bin/env bash
# Behaviour: dinero.js gives Madagascar's ariary the base 5: an amount of 1250 is 250 ariary, and toDecimal refuses it as "not decimal".
#   ISO 4217 gives MGA the exponent 2 and payment providers 0 or 2, so that the same 1250 is 12.50, or 1250 ariary, elsewhere.
# Why it surprises: the ariary really has fifths (and Mauritania's ouguiya too), and no bank, provider or ISO table counts in them: money that
#   passes between a shop built on dinero.js and its provider is off by 20 or by 5.
# Version: dinero.js 2.0.2, currency-codes 2.2.0
# Source: https://www.dinerojs.com (non-decimal currencies); ISO 4217 list one
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit dinero.js@2.0.2 currency-codes@2.2.0 >/dev/null
cat >seen.mjs <<'JAVASCRIPT'
import assert from 'node:assert'
import codes from 'currency-codes'
import { dinero, toDecimal, toUnits } from 'dinero.js'
import * as currencies from 'dinero.js/currencies'

const decimal = (money) => { try { return toDecimal(money) } catch (error) { return error.message } }
const seen = {}
for (const code of ['MGA', 'MRU', 'CNY']) {
  const money = dinero({ amount: 1250, currency: currencies[code] })
  seen[code] = [toUnits(money)[0], decimal(money), codes.code(code).digits]
  console.log(code, 'units:', seen[code][0], 'decimal:', seen[code][1], 'digits by ISO 4217:', seen[code][2])
}
const refused = '[Dinero.js] Currency is not decimal.'
assert.deepEqual(seen, { MGA: [250, refused, 2], MRU: [250, refused, 2], CNY: [12, '12.50', 2] })
console.log('as described')
JAVASCRIPT
node seen.mjs
