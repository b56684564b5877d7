import { html, type Html } from './html.js';

/** What every consumer does, whatever it listens to. */
export const howToConsume: Html = html`<h2 id="how-to-consume">
    <a href="#how-to-consume">How to consume</a>
  </h2>
  <ol>
    <li>
      <strong>Subscribe</strong> with a group of your own. The headers say what a message is; read
      <code>ce_type</code> first and pass over the types that you do not know, as new ones come without
      notice.
    </li>
    <li>
      <strong>Once each:</strong> a message is delivered at least once. Keep its <code>ce_id</code> in the
      same transaction as what you make of it, and pass over an id that you have.
    </li>
    <li>
      <strong>In order:</strong> the events of one <code>ce_subject</code> come in the order of
      <code>ce_sequence</code>, which counts 1, 2, 3 … A repeated message may come late: keep the highest
      sequence per subject, and never let a lower one undo it. There is no order between subjects of different
      keys.
    </li>
    <li>
      <strong>Commit after the effect.</strong> Commit the offset once what you made of the message is stored.
    </li>
    <li>
      <strong>Stay open:</strong> pass over properties that you do not know, and have an answer to values that
      are not among those known today.
    </li>
    <li>
      <strong>Replay:</strong> what was published can be told again, with the same <code>ce_id</code> and the
      header <code>ce_replay</code>. Who keeps ids needs nothing more; who sends letters to people looks at
      the mark.
    </li>
    <li>
      <strong>Fetch the rest:</strong> payloads hold ids, amounts and states, and no personal data. The REST
      API has it, for those who may read it.
    </li>
  </ol>`;
