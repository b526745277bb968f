"""Support messages written for the handbook, and the noise of whoever labeled them.

A line is what one customer has to say; `{a|b}` are words he may choose from. Each
customer writes `WRITES` times, so that messages of one customer resemble each other.
"""

import re
from typing import NamedTuple

import numpy as np

BILLING = """
I was charged {twice|two times} for {order 4471|the same order|one pair of shoes}.
Why is there a {second|strange} {payment|amount} on my {card|bank} statement?
Please send me {an invoice|a receipt} with {our company name|the tax number} on it.
The discount code {SPRING|WELCOME10} was not {applied|deducted} at checkout.
My card was {declined|refused} although there is {enough money|credit} on it.
Can I pay {by bank transfer|in three installments|with a gift card}?
You {took|debited} {49|79} euros but the {offer|shop page} said {39|69}.
The {invoice|receipt} shows the wrong {amount|tax rate|currency}.
I {canceled|ended} my membership in {May|June} and still pay {every month|monthly}.
How long until the money {is back|arrives} on my {card|account}?
There is a {fee|surcharge} of {3|5} euros that nobody {mentioned|explained}.
The price {went up|changed} between {cart|basket} and {checkout|payment}.
Payment {failed|broke off} {twice|three times}, yet the amount is {reserved|blocked}.
Do your prices include {VAT|sales tax}?
I need {last year's|all} invoices for my {accountant|tax return}.
Can you {split|move} the bill to {two cards|another card|my company}?
The voucher worth {20|50} euros is {not accepted|rejected as used}.
Is it {safe|secure} to {enter|give} my card number on your site?
I got a {reminder|dunning letter} for something I {paid|settled} {weeks ago|in March}.
Which {payment methods|cards} do you take?
Your {system|shop} billed me in {dollars|pounds} in place of euros.
The monthly {plan|subscription} was {renewed|extended} without {asking|a warning}.
My {wife|colleague} {paid|was billed} for an order that I made.
{Shipping|Postage} was supposed to be free above {50|60} euros, I paid {4|5} for it.
Where do I find the {breakdown|details} of what I {paid|owe}?
Please {correct|change} the {name|address} on the {bill|invoice}.
I would like to {stop|end} the {automatic|yearly} renewal.
PayPal says {completed|done}, you say {unpaid|open}. Who is right?
The {deposit|prepayment} does not {appear|show up} on the final bill.
You {promised|offered} me a credit of {10|15} euros and I can't see it {anywhere|yet}.
There is a {mistake|typo} in invoice {4471|2290}.
My {credit card|debit card} {expired|was replaced}, how do I pay now?
Please {refund|pay back} the amount that was charged {by mistake|in error}.
I {paid|transferred} the {invoice|bill} already, please check.
Why did the subscription {price|fee} go up this {month|year}?
The payment {page|form} {does not load|shows an error}.
How much do I {still have to pay|owe} for {May|the last bill}?
Could I get the {invoice|bill} by {post|mail} and not as a file?
You charged my {old|wrong} card again this {month|week}.
{Cancel|Stop} my subscription, I was charged although the {trial|test month} ended.
The total on the {invoice|receipt} is {higher|more} than the price in the shop.
Is there a discount for {students|large orders}, and how is it {billed|charged}?
The bank {returned|rejected} your debit, can I pay by {card|PayPal}?
I was charged for {shipping|delivery} although it was {free|in the offer}.
What is this {payment|charge} of {12|99} euros from your {company|shop}?
"""

DELIVERY = """
Where is my {parcel|package}? It {should have come|was due} {on Monday|last week}.
The tracking {page|number} {has not changed|shows nothing} for {three|five} days.
The driver {left|put} it {outside in the rain|with a neighbor I don't know}.
It says delivered but {nothing is here|I received nothing}.
Can you {ship|send} to {Norway|an island|a post office box}?
How {long|many days} does {express|standard} shipping take?
The box {arrived|came} {crushed|open} and {one item is|two items are} missing.
I will be {away|on holiday}, can you {hold|delay} it until {Friday|the 12th}?
Please {change|correct} the address, I {moved|mistyped the street}.
The {courier|driver} {never|did not even} rang, there was only a {card|note}.
My {order|stuff} is {stuck|held} at customs since {Tuesday|a week}.
Only {half|part} of my order {came|was in the box}.
Which {carrier|company} will bring the {sofa|table}?
Can it be {dropped|delivered} at {my office|a pickup point|the garage}?
The {estimated date|promised day} moved {again|for the third time}.
I {need|want} it before {Christmas|her birthday}, will it {make it|arrive}?
The pickup {station|shop} {was closed|could not find it}.
Someone else {signed for|accepted} it, who was {that|it}?
You {shipped|sent} it to my {old|billing} address.
Is {Saturday|evening} delivery possible, I {work|am out} all day?
The {link|code} to follow the van {does not open|is dead}.
My neighbor got his {in two days|yesterday}, I am still {waiting|without mine}.
The {parcel|box} went back to {you|the warehouse}, why?
Does the {freight company|carrier} {carry|bring} it up to the {third|fifth} floor?
Order {5120|6033} is {being prepared|in preparation} for {nine|ten} days now.
I {found|got} somebody else's {parcel|order} in my box.
Nobody {informed|told} me about the {delay|strike}.
The {glass|screen} was {broken|in pieces} when the van {came|brought it}.
Could you {combine|put together} my two orders into one {shipment|parcel}?
They {want|charge} money at the door, I {paid|thought} shipping was {free|included}.
My parcel {is|seems} lost, the carrier {knows nothing|can't find it}.
The package is {late|delayed}, when will it be {delivered|here}?
When will order {4471|5120} be {shipped|sent}?
Tracking says {out for delivery|in transit} since {Monday|days}.
The parcel was {damaged|wet} when it {arrived|was delivered}.
Can I {pick up|collect} the package {myself|at the depot}?
The courier {delivered|brought} my parcel to the {wrong|neighboring} house.
I have not {received|got} my order {yet|so far}, it was shipped {weeks|ten days} ago.
Do you {deliver|ship} {abroad|to Switzerland}, and how long does it take?
I need a {different|new} delivery {date|address} for my order.
Is there a tracking {number|link} for my {package|shipment}?
How do I {choose|get} express {shipping|delivery} for an order of {today|yesterday}?
My delivery was {due|expected} {today|yesterday} and the driver did not come.
The parcel {is|has been} at the {pickup point|depot} but they {refuse it|want a code}.
The shipment {arrived|was delivered} without the {lamp|charger} I ordered.
"""

RETURNS = """
I want to {return|send back} the {jacket|shoes}, {too small|wrong size}.
How do I get a {return label|label for sending back}?
Can I {exchange|swap} the {blue|red} one for {black|a larger size}?
The {zipper|button} {broke|came off} after {two|three} days, I want my money back.
Is the {30|14}-day limit counted from {order|arrival}?
I {threw away|lost} the {box|packaging}, will you still take it {back|anyway}?
It {does not look|is not} like {in the picture|described}, please {refund|reimburse} me.
I sent it back {two weeks|a month} ago and {heard nothing|have no refund}.
Who pays for {sending it back|the return postage}?
The {kettle|lamp} {stopped working|is dead}, is that under {warranty|guarantee}?
You {sent|gave} me {the wrong color|a different model}, I need the right one.
May I {bring|return} it to {a shop|your store in town}?
Only one of the {three|two} shirts goes back, {is that okay|how does it work}?
I {changed my mind|don't need it any more}, the seal is {unbroken|intact}.
The {replacement|new one} has the same {fault|crack}.
Can I return a {gift|present} without the {receipt|invoice}?
My {return|parcel back to you} was {rejected|refused}, why?
The refund is {lower|less} than what I {paid|was charged}.
I'd rather have {store credit|a voucher} than the money.
Are {sale items|earrings|mattresses} excluded from {returns|exchange}?
The courier did not {collect|pick up} the {return|old fridge}.
The {fabric|leather} smells {awful|of chemicals}, I can't keep it.
I {opened|tried} it once, {can it go back|is that still fine}?
Which {form|reason} do I {fill in|choose} for a {defective|faulty} item?
The {left|right} shoe is {bigger|a different size}, send me a {new pair|matching one}.
Does the {deadline|period} {extend|get longer} over Christmas?
I {printed|downloaded} the label but it is {unreadable|for another order}.
It {leaks|scratches|rattles}. {Repair|Replace} it or take it back.
Please {cancel|withdraw} my return, I {keep|decided to keep} it.
{Half|Part} of the set is {missing|damaged}, do I send {everything|all of it} back?
I would like a {refund|return} for this {dress|coat}.
How long does a {refund|return} take to be {processed|handled}?
The {shoes|trousers} do not fit, can I {exchange|return} them?
Have you {received|got} my return {yet|already}?
The {phone|radio} is {defective|broken}, I want a {replacement|new one}.
Can I still return it after {30|40} days?
I have no printer for the return {label|slip}, what {now|else}?
My item came {faulty|damaged}, I want to {send it back|return it}.
The size is {wrong|too big}, please {exchange it|send a smaller one}.
Where do I {drop|hand in} my {return|return parcel}?
Is a {worn|washed} shirt still {accepted|taken} as a return?
Do I get my money back if I return {a gift card|part of the order}?
How does the {warranty|guarantee} work when the {watch|drill} stops?
I returned {two|three} items and got a refund for only one.
I {ordered|bought} the wrong {model|color}, can I swap it?
"""

ACCOUNT = """
I {forgot|can't remember} my password and the {reset mail|link} never comes.
How do I {change|update} the {email|phone number} you have of me?
Please {delete|erase} my {account|profile} and all {data|personal information}.
The {app|site} {logs me out|signs me off} every {minute|time}.
It says my {user name|email} is {already taken|unknown}.
Somebody {logged in|signed in} from {another country|a phone I don't own}.
The {code|text message} for the second step does not {arrive|come}.
I have two {accounts|profiles}, can you {merge|join} them?
Where can I {see|download} my {past|old} orders?
Stop {sending|writing} me {newsletters|advertising}, I {unsubscribed|opted out}.
My {points|bonus stars} {disappeared|are gone} after the update.
The {app|page} {crashes|freezes} when I open {settings|my profile}.
I {married|changed my name}, how do I {enter|set} the new name?
My account is {locked|blocked}, I only {mistyped|typed it wrong} {twice|three times}.
Can my {son|colleague} {use|share} my {login|account}?
What {data|information} do you {store|keep} about me?
The verification {link|mail} is {expired|invalid}.
I want to {switch|turn} off {two-step|fingerprint} login.
Your {site|shop} does not {accept|like} my new password.
How do I {remove|delete} a saved {card|address}?
I {signed up|registered} with the wrong {birthday|email}.
{Did you|Was there} have a leak? I got a {strange|suspicious} mail in your name.
{Switch|Set} my {language|country} to {French|German}, please.
I can't {log in|sign in} since {yesterday|the update}.
My {wish list|saved basket} is {empty|lost}.
I never {made|opened} an account, why do you {write to|mail} me?
Do I need {an account|to register} to {order|buy}?
The {account|customer} number on your {letter|mail} is not {mine|right}.
How do I {become|sign up as} a {business|student} customer?
I {deleted|removed} the app, is my {account|profile} gone {too|as well}?
I can't {reset|change} my password.
My {login|password} does not work {any more|today}.
How do I {close|delete} my account for good?
Please {update|change} my email, I can't {log in|get in} with the old one.
I {lost|changed} my phone and can't get the login code.
The app does not {save|show} my {address|profile}.
I {forgot|don't know} which email I {registered|signed up} with.
I want to {unsubscribe|sign off} from your {newsletter|mails}.
Has my account been {hacked|stolen}? The password was {changed|reset} and not by me.
The {app|site} shows an error when I {log in|sign in}.
Can I change my {user name|profile picture}?
How do I {turn on|set up} two-step login in the app?
Please send me a copy of my {personal data|profile data}.
My {profile|account} shows the wrong {name|birthday}.
I {registered|signed up} but got no {confirmation|activation} mail.
"""

CLASSES = ("billing", "delivery", "returns", "account")
OPENINGS = ("", "", "Hi, ", "Hello! ", "Dear team, ", "URGENT: ", "I have a question. ")
CLOSINGS = ("", "", " Thanks.", " Please help.", " Regards", " Order {4471|5120|6033}.")
WRITES = 2


class Message(NamedTuple):
    """A message, the label it was given, and what it is truly about."""

    customer: int
    text: str
    label: str
    truth: str


def spell(template: str, rng: np.random.Generator) -> str:
    """Choose one of the words in each `{a|b}`.

    >>> spell("{I|We} wait.", np.random.default_rng(0))
    'We wait.'
    """
    return re.sub(r"{(.*?)}", lambda m: str(rng.choice(m[1].split("|"))), template)


def mistype(text: str, rng: np.random.Generator) -> str:
    """Swap two neighboring characters.

    >>> mistype("card", np.random.default_rng(0))
    'cadr'
    """
    i = int(rng.integers(len(text) - 1))
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def messages(noise: float = 0.08, seed: int = 0) -> list[Message]:
    """All messages in the order in which they came in.

    Args:
        noise: share of the messages that got one of the wrong labels.
        seed: of the generator that chooses words, slips and wrong labels.

    Returns:
        `WRITES` messages of each customer, shuffled.

    >>> inbox = messages()
    >>> len(inbox), len({m.customer for m in inbox})
    (360, 180)
    >>> sum(m.label != m.truth for m in inbox)
    29
    """
    rng = np.random.default_rng(seed)
    lines = [
        (topic, line)
        for topic, block in zip(
            CLASSES, (BILLING, DELIVERY, RETURNS, ACCOUNT), strict=True
        )
        for line in block.strip().splitlines()
    ]
    inbox = []
    for customer, (topic, line) in enumerate(lines):
        for _ in range(WRITES):
            opening, closing = rng.choice(OPENINGS), rng.choice(CLOSINGS)
            text = spell(f"{opening}{line}{closing}", rng)
            if rng.random() < 0.3:
                text = mistype(text, rng)
            inbox.append(Message(customer, text, topic, topic))
    for i in rng.choice(len(inbox), round(noise * len(inbox)), replace=False):
        wrong = [name for name in CLASSES if name != inbox[i].truth]
        inbox[i] = inbox[i]._replace(label=str(rng.choice(wrong)))
    return [inbox[i] for i in rng.permutation(len(inbox))]
