import { transactionMoves, undecidedStates } from './payment-status.js';

const words = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

/** Every move of the table as (from, to). */
const legalMoves = Object.entries(transactionMoves)
  .flatMap(([from, targets]) => targets.map((to) => `('${from}', '${to}')`))
  .join(', ');

/** The sums that the label and the balance are read from, per payment. */
const sums = `
  select p.id, p.order_id, p.provider, p.currency,
    coalesce(sum(t.amount_minor) filter (where t.kind = 'authorization' and t.state = 'succeeded'), 0) as authorized,
    bool_or(t.kind = 'authorization' and t.state in (${words(undecidedStates)})) as is_undecided,
    coalesce(sum(t.amount_minor) filter (where t.kind = 'capture' and t.state = 'succeeded'), 0) as captured,
    coalesce(sum(t.amount_minor) filter (where t.kind = 'refund' and t.state = 'succeeded'), 0) as refunded
  from payments.payment p join payments.payment_transaction t on t.payment_id = p.id group by p.id`;

/** Seconds within which our books and the counterpart's may differ. */
const settleSeconds = 60;

/** Each statement answers the rows that break the rule. */
export const paymentInvariants = [
  {
    id: 'I5',
    title: 'every captured payment has one order, and a provider’s reference occurs once',
    sql: `select s.id::text, 'no order' as fault from (${sums}) s
        where s.captured > 0 and not exists (select 1 from orders."order" o where o.id = s.order_id)
      union all
      select provider || ' ' || provider_ref, 'twice' from payments.payment_transaction
        where provider_ref is not null group by provider, provider_ref having count(*) > 1`,
  },
  {
    id: 'I6',
    title: 'our money is the provider’s money, per payment and currency',
    sql: `with ours as (${sums}),
      theirs as (
        select p.reference, p.currency, max(t.updated_at) as updated_at,
          coalesce(sum(t.amount_minor) filter (where t.kind = 'capture' and t.state = 'succeeded'), 0) as captured,
          coalesce(sum(t.amount_minor) filter (where t.kind = 'refund' and t.state = 'succeeded'), 0) as refunded
        from sandbox.psp_payment p join sandbox.psp_transaction t on t.reference = p.reference group by p.reference)
      select coalesce(ours.id::text, theirs.reference) as id, ours.captured, theirs.captured as captured_there,
        ours.refunded, theirs.refunded as refunded_there
      from (select * from ours where provider = 'sandbox') ours full join theirs on theirs.reference = ours.id::text
      where (coalesce(ours.captured, 0), coalesce(ours.refunded, 0)) <> (coalesce(theirs.captured, 0), coalesce(theirs.refunded, 0))
          and coalesce(theirs.updated_at, '-infinity') < now() - interval '${settleSeconds} seconds'
        or ours.currency <> theirs.currency`,
  },
  {
    id: 'I7',
    title:
      'refunded ≤ captured ≤ authorized; a sale whose authorization has no outcome yet counts as authorized',
    sql: `select id, authorized, captured, refunded from (${sums}) s
      where refunded > captured or (captured > authorized and not is_undecided)`,
  },
  {
    id: 'I15',
    title: 'every payment transaction came to its state by the table of moves',
    sql: `select t.id, t.path from payments.payment_transaction t
      where t.path[cardinality(t.path)] is distinct from t.state
        or (t.origin <> 'provider' and t.path[1] <> 'pending')
        or exists (
          select 1 from generate_subscripts(t.path, 1) i
          where i > 1 and (t.path[i - 1], t.path[i]) not in (values ${legalMoves}))`,
  },
  {
    id: 'I17',
    title: 'no payment is unknown for longer than 15 minutes',
    sql: `select id, payment_id, kind, needs_person from payments.payment_transaction
      where state = 'unknown' and coalesce(sent_at, created_at) < now() - interval '15 minutes'`,
  },
];
