// Plays the statuses of the page in a phone. A classic script: it is put into the page as it is.
(() => {
  /** @typedef {{ kind: string, seconds: number, name: string, caption: string, picture: SVGSVGElement | null }} Status */

  /** @param {string} id */
  const find = (id) => {
    const element = document.getElementById(id);
    if (element === null) throw new Error(`the page has no ${id}`);
    return element;
  };

  /** @type {Status[]} */
  const statuses = [...document.querySelectorAll('.status[data-kind]')].flatMap((element) => {
    if (!(element instanceof HTMLElement)) return [];
    const { kind = '', seconds = '', name = '', caption = '' } = element.dataset;
    /** @type {SVGSVGElement | null} */
    const picture = element.querySelector('svg.picture > svg');
    return [{ kind, seconds: Number(seconds), name, caption, picture }];
  });
  if (statuses.length === 0) return;

  const [viewer, phone, bars, stage] = [find('viewer'), find('phone'), find('bars'), find('stage')];
  const [what, under, speedLine, place] = [
    find('what'),
    find('under'),
    find('speed'),
    find('place'),
  ];
  const [playButton, playWord, playMark] = [find('play'), find('play-word'), find('play-mark')];
  viewer.hidden = false;
  document.body.classList.add('has-viewer');

  /** More bars than this are no bars any more: then there is one, of the status that is shown. */
  const BARS_MAX = 40;
  /** Longer ones are shown faster. */
  const SHOWN_MAX_SECONDS = 10;
  const SVG = 'http://www.w3.org/2000/svg';

  let at = 0;
  let shownSeconds = 0;
  let isPlaying = false;
  let lastMs = 0;
  /** @type {SVGSVGElement | null} */
  let frameView = null;
  /** @type {HTMLElement | null} */
  let heard = null;

  const hasBars = statuses.length <= BARS_MAX;
  for (let count = hasBars ? statuses.length : 1; count > 0; count--) {
    bars.append(document.createElement('i'));
  }

  /** @param {number} seconds */
  const clock = (seconds) => {
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
  };

  const current = () => {
    const status = statuses[at];
    if (status === undefined) throw new Error('there is no such status');
    return status;
  };

  const speedOf = () => Math.max(1, Math.ceil(current().seconds / SHOWN_MAX_SECONDS));
  const lengthOf = () => current().seconds / speedOf();

  /** @param {SVGSVGElement} picture */
  const showPicture = (picture) => {
    const { width, height } = picture.viewBox.baseVal;
    const view = document.createElementNS(SVG, 'svg');
    view.setAttribute('viewBox', `0 0 ${width} ${height}`);
    view.setAttribute('aria-hidden', 'true');
    frameView = document.importNode(picture, true);
    frameView.firstElementChild?.removeAttribute('id');
    view.append(frameView);
    stage.replaceChildren(view);
  };

  /** @param {string} className @param {string} text */
  const box = (className, text) => {
    const element = document.createElement('div');
    element.className = className;
    element.textContent = text;
    return element;
  };

  const showSound = () => {
    const card = box('voice', '');
    const wave = document.querySelector('svg.sound')?.cloneNode(true);
    heard = box('heard', '');
    card.append(box('mic', ''));
    if (wave !== undefined) card.append(wave);
    card.append(heard);
    stage.replaceChildren(card);
  };

  /** What changes while a status plays. */
  const paint = () => {
    const share = Math.min(1, shownSeconds / lengthOf());
    for (const [number, bar] of [...bars.children].entries()) {
      if (!(bar instanceof HTMLElement)) continue;
      const full = !hasBars || number === at ? share : number < at ? 1 : 0;
      bar.style.setProperty('--full', String(full));
    }
    const { picture, seconds } = current();
    if (frameView !== null && picture !== null) {
      const frames = Number(picture.dataset['frames'] ?? 1);
      const frame = Math.min(frames - 1, Math.floor(share * frames));
      const { x, y, width, height } = picture.viewBox.baseVal;
      frameView.setAttribute('viewBox', `${x} ${y + frame * height} ${width} ${height}`);
    }
    if (heard !== null) heard.textContent = `${clock(share * seconds)} / ${clock(seconds)}`;
  };

  const show = () => {
    const { kind, seconds, name, caption, picture } = current();
    frameView = null;
    heard = null;
    if (picture !== null) showPicture(picture);
    else if (kind === 'audio') showSound();
    else stage.replaceChildren(box('blank', 'No picture of it here'));
    what.textContent = name;
    under.textContent = caption;
    under.hidden = caption === '';
    under.scrollTop = 0;
    const speed = speedOf();
    const length = kind === 'image' ? '' : clock(seconds);
    speedLine.textContent = speed === 1 ? length : `${length}, shown ${speed}× as fast`;
    speedLine.hidden = speedLine.textContent === '';
    place.textContent = `${at + 1} of ${statuses.length}`;
    phone.setAttribute(
      'aria-label',
      `Status ${at + 1} of ${statuses.length}: ${kind}, ${name}. ${caption}`,
    );
    paint();
  };

  /** @param {boolean} on */
  const setPlaying = (on) => {
    isPlaying = on;
    playWord.textContent = on ? 'Pause' : 'Play';
    playMark.setAttribute('d', on ? 'M7 5h4v14H7zM13 5h4v14h-4z' : 'M8 5v14l11-7z');
    // What moves by itself is not read out.
    place.setAttribute('aria-live', on ? 'off' : 'polite');
    if (!on) return;
    lastMs = performance.now();
    requestAnimationFrame(tick);
  };

  /** @param {number} by */
  const step = (by) => {
    const next = at + by;
    if (next < 0 || next >= statuses.length) {
      shownSeconds = next < 0 ? 0 : lengthOf();
      setPlaying(false);
      paint();
      return;
    }
    at = next;
    shownSeconds = 0;
    show();
  };

  /** @param {number} nowMs */
  const tick = (nowMs) => {
    if (!isPlaying) return;
    shownSeconds += Math.max(0, nowMs - lastMs) / 1000;
    lastMs = nowMs;
    if (shownSeconds >= lengthOf()) step(1);
    else paint();
    if (isPlaying) requestAnimationFrame(tick);
  };

  const toggle = () => {
    const isOver = at === statuses.length - 1 && shownSeconds >= lengthOf();
    if (!isPlaying && isOver) {
      at = 0;
      shownSeconds = 0;
      show();
    }
    setPlaying(!isPlaying);
  };

  playButton.addEventListener('click', toggle);
  find('back').addEventListener('click', () => step(-1));
  find('next').addEventListener('click', () => step(1));
  // As in WhatsApp: the left third goes back, the rest goes on.
  phone.addEventListener('click', (event) => {
    const { left, width } = phone.getBoundingClientRect();
    step(event.clientX - left < width / 3 ? -1 : 1);
  });
  viewer.addEventListener('keydown', (event) => {
    // The browser's own, such as the way back.
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isButton = event.target instanceof HTMLButtonElement;
    if (event.key === 'ArrowRight') step(1);
    else if (event.key === 'ArrowLeft') step(-1);
    else if (event.key === ' ' && !isButton) toggle();
    else return;
    event.preventDefault();
  });
  show();
})();
