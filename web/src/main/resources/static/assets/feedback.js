// Thumbs under an answer, with reasons for a bad one.
import {call} from './api.js';
import {close, show} from './dialog.js';
import {icon} from './icons.js';
import {problemOf, say, update} from './shared.js';
import {texts} from './texts.js';
import {html, nothing} from './view.js';

async function rate(turn, body) {
  const feedback = await call('PUT', `/answers/${turn.id}/feedback`, body);
  turn.rating = feedback.rating;
  say(texts.feedback.thanks);
}

async function withdraw(turn) {
  await call('DELETE', `/answers/${turn.id}/feedback`);
  turn.rating = null;
  say(texts.feedback.withdrawn);
}

const tell = action => action.catch(error => {
  const problem = problemOf(error);
  say(problem.detail ?? problem.title);
});

function ask(turn) {
  let problem = null;
  const send = async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    try {
      await rate(turn, {
        rating: 'down', reasons: form.getAll('reason'), comment: form.get('comment').trim(), expected_answer: form.get('expected').trim(),
      });
      close();
    } catch (error) {
      problem = problemOf(error);
      update();
    }
  };
  show(texts.feedback.title, () => html`
    <form class="stack" @submit=${send}>
      <fieldset class="choices"><legend class="hidden">${texts.feedback.title}</legend>
        ${Object.entries(texts.feedback.reasons).map(([reason, words]) => html`
          <label class="check"><input type="checkbox" name="reason" value=${reason}> ${words}</label>`)}
      </fieldset>
      <label class="field">${texts.feedback.expected}<textarea name="expected" rows="2" maxlength="2000"></textarea></label>
      <label class="field">${texts.feedback.comment}<textarea name="comment" rows="2" maxlength="2000"></textarea></label>
      ${problem ? html`<p class="notice" role="alert">${problem.detail ?? problem.title}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${close}>${texts.cancel}</button>
        <button type="submit" class="primary">${texts.feedback.send}</button>
      </div>
    </form>`);
}

export function feedbackView(turn) {
  const {up, down} = texts.feedback;
  return html`
    <span class="thumbs" role="group" aria-label=${texts.feedback.label}>
      <button class="ghost square" aria-pressed=${turn.rating === 'up'} aria-label=${up} title=${up}
          @click=${() => tell(turn.rating === 'up' ? withdraw(turn) : rate(turn, {rating: 'up'}))}>${icon('up')}</button>
      <button class="ghost square" aria-pressed=${turn.rating === 'down'} aria-label=${down} title=${down}
          @click=${() => turn.rating === 'down' ? tell(withdraw(turn)) : ask(turn)}>${icon('down')}</button>
    </span>`;
}
