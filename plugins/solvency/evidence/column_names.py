"""What the names of columns mean, in the languages banks write them in."""

from __future__ import annotations

#: Each column of a mapping with the names it goes by, most telling first.
NAMES = {
    "date": "date|booking date|posting date|transaction date|trade date|posted"
    "|posted date|date posted|completed date|entry date|value date|datum|buchungstag"
    "|buchungsdatum|buchung|valuta|valutadatum|wertstellung|boekdatum|date operation"
    "|date de l operation|date comptable|date valeur|fecha|fecha operacion|fecha valor"
    "|data|data contabile|data operazione|data valuta|datetime|date time|timestamp"
    "|time utc|utc time|block time|day|gl date|effective date|filed|date filed"
    "|filing date|日期|交易日期|记账日期",
    "amount": "amount|transaction amount|net amount|betrag|umsatz|betrag eur|bedrag"
    "|montant|importe|importo|valor|amount eur|amount usd|amount gbp|value|change"
    "|quantity|units|size|belopp|kwota|total|claim amount|amount claimed|claimed amount"
    "|asserted amount|amount asserted|金额|发生额",
    "debit": "debit|debits|debit amount|money out|paid out|withdrawal|withdrawals"
    "|withdrawal amount|payments|out|soll|lastschrift|belastung|ausgang|ausgaben"
    "|af|debet|debito|debe|dare|uscite|cargo|cargos|dr|debit dr|debit balance"
    "|closing debit"
    "|支出|借方",
    "credit": "credit|credits|credit amount|money in|paid in|deposit|deposits"
    "|deposit amount|receipts|in|haben|gutschrift|eingang|einnahmen|bij|credito"
    "|haber|avere"
    "|entrate|abono|abonos|cr|credit cr|credit balance|closing credit|收入|贷方",
    "balance": "balance|running balance|account balance|closing balance|balance after"
    "|saldo|kontostand|solde|saldo contable|saldo na boeking|saldo nach buchung"
    "|balance eur|balance usd|余额",
    "currency": "currency|ccy|cur|wahrung|waehrung|devise|divisa|moneda|munt"
    "|valuta code|asset|coin|currency code|币种",
    "payee": "payee|payer|counterparty|name|beneficiary|counterparty name|partner"
    "|auftraggeber empfanger|auftraggeber|empfanger|beguenstigter zahlungspflichtiger"
    "|begunstigter zahlungspflichtiger|zahlungspflichtiger|tegenpartij|naam tegenpartij"
    "|beneficiaire|tiers|contrepartie|beneficiario|creditor|creditor name|claimant"
    "|claimant name|name of creditor|customer|vendor|party|payee name|merchant"
    "|对方户名",
    "narration": "narration|description|details|memo|particulars|text|buchungstext"
    "|verwendungszweck|zweck|buchungsinformation|vorgang|omschrijving|mededelingen|libelle|concepto|descrizione"
    "|causale|transaction details|transaction description|purpose|remarks|remark|note"
    "|narrative|comment|payment details|basis of claim|摘要|用途",
    "reference": "reference|ref|reference number|transaction id|transaction reference"
    "|bank reference|end to end reference|end to end id|kundenreferenz|mandatsreferenz"
    "|referenz|kenmerk|referencia|riferimento|txid|transaction hash|tx hash|payment id"
    "|order id|trade id|cheque number|check number|transaction number|流水号",
    "other": "counterparty account|counterparty iban|account number|iban|kontonummer"
    "|kontonummer iban|iban auftraggeber|tegenrekening|beneficiary account|to account"
    "|other account|对方账号",
    "side": "side|type|dr cr|debit credit|d c|dc|s h|soll haben|af bij|direction"
    "|cr dr|debit or credit|credit debit indicator",
    "account-code": "account code|account no|gl account|gl code|code|nominal code"
    "|konto|kontonr|nominal|acct|acct no|ledger account|account|compte|no compte"
    "|numero de compte|numero compte|n compte|conto|codice conto|cuenta|codigo cuenta"
    "|rekening|rekeningnummer|grootboekrekening|科目代码|科目编码",
    "account-name": "account name|account title|gl account name|kontobezeichnung"
    "|bezeichnung|title|account description|intitule|intitule du compte"
    "|libelle du compte|libelle compte|denominazione|descrizione conto"
    "|nombre de la cuenta|nombre cuenta|descripcion cuenta|naam rekening"
    "|grootboekomschrijving|科目名称",
    "voucher": "voucher|voucher no|journal|journal no|journal entry|journal id|entry no"
    "|document no|belegnummer|beleg|transaction no|je number|posting id|entry",
    "claim-number": "claim|claim no|claim number|claim id|proof of claim|poc|claim ref",
    "amends": "amends|amends claim|amended claim|replaces|supersedes",
    "rank": "rank|class|priority|claim class|classification|category",
    "operation": "operation|transaction type|action|order type|trade type",
    "fee": "fee|fees|commission|transaction fee|gas fee|txn fee",
    "fee-currency": "fee currency|fee coin|fee asset|commission asset",
    "hash": "hash|txhash|transaction hash|tx hash|tx id",
    "from": "from|from address|sender",
    "to": "to|to address|recipient|receiver",
    "token": "token|token symbol|tokensymbol|symbol",
}
#: Words that tell a column whatever else its name says, and those that tell it only
#: where none of the others is there.
TELLING = {
    "date": "date datum fecha data dato 日期",
    "debit": "debit debet withdrawal withdrawals withdrawn belastung soll lastschrift"
    " 支出 借方",
    "credit": "credit deposit deposits deposited gutschrift haben 收入 贷方",
    "balance": "balance saldo solde kontostand 余额",
    "currency": "currency ccy wahrung devise 币种",
    "payee": "payee beneficiary counterparty creditor claimant 户名",
    "narration": "description narration narrative details particulars libelle"
    " verwendungszweck 摘要",
    "reference": "reference referenz",
}
GENERIC = {"amount": "amount amt betrag montant importe importo bedrag 金额"}
ACCENTS = str.maketrans("äöüàáâèéêëìíîïòóôõùúûçñ", "aouaaaeeeeiiiioooouuucn")
