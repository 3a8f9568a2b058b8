// Everything here works without this file, by plain forms. With it: a like does not load the page anew, and photos
// are uploaded one by one as soon as they are chosen, with progress.
"use strict";

document.documentElement.classList.add("scripted");

const here = new URL("..", document.currentScript.src);

function post(place, fields, more = {}) {
  return fetch(new URL(place, here), {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(fields),
    ...more,
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".like")) return;
  event.preventDefault();
  const place = form.parentElement;
  form.querySelector("button").disabled = true;
  try {
    const answer = await post("like", new FormData(form));
    if (!answer.ok) throw new Error(answer.status);
    place.innerHTML = (await answer.json()).html;
    place.querySelector("button").focus();
  } catch {
    location.reload(); // shows how things are, and what is wrong
  }
});

const upload = document.getElementById("upload");
if (upload) {
  const list = document.getElementById("going");
  const line = document.getElementById("line");
  const [count, pause] = document.getElementById("head").children;
  const photos = [];
  let paused = false;

  for (const input of upload.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const file of input.files) add(file);
      input.value = "";
    });
  }
  pause.onclick = () => {
    paused = !paused;
    next();
  };
  addEventListener("beforeunload", (event) => {
    if (photos.some(isOnTheWay)) event.preventDefault();
  });

  function isOnTheWay(one) {
    return one.state === "waiting" || one.state === "going";
  }

  function part(parent, tag, className, text = "") {
    const made = parent.appendChild(document.createElement(tag));
    made.className = className;
    made.textContent = text;
    return made;
  }

  function add(file) {
    const row = list.insertBefore(document.createElement("li"), list.firstChild);
    row.append(document.getElementById("bad").content.cloneNode(true));
    const picture = row.appendChild(new Image());
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    picture.onerror = () => picture.remove();
    const text = part(row, "span", "two");
    const one = { file, row, text, state: "waiting", sent: 0, name: file.name, who: upload.elements.who.value };
    photos.push(one);
    show(one);
    next();
  }

  function show(one) {
    one.row.className = one.state;
    one.text.replaceChildren();
    for (const button of one.row.querySelectorAll("button")) button.remove();
    const name = part(one.text, "span", "name");
    part(name, "span", "cut", one.name);
    if (one.state === "going") {
      part(name, "span", "small muted percent").ariaHidden = true; // the bar says it
      const progress = part(one.text, "progress", "");
      progress.setAttribute("aria-label", one.name);
      progress.value = one.sent;
    } else part(one.text, "span", "small muted", one.sentence ?? list.dataset.wait);
    if (one.state === "bad") button(one, list.dataset.again, again);
    button(one, one.state === "bad" ? list.dataset.leave : list.dataset.back, one.state === "bad" ? leave : takeBack);
  }

  function button(one, title, act) {
    const made = part(one.row, "button", "btn bare", title);
    made.type = "button";
    made.disabled = Boolean(one.unwanted);
    made.onclick = () => act(one);
  }

  function again(one) {
    one.state = "waiting";
    delete one.sentence;
    show(one);
    next();
  }

  function leave(one) {
    photos.splice(photos.indexOf(one), 1);
    one.row.remove();
    next();
  }

  // One that is on its way is let through and put in the trash then: nobody here can know how much of it is there.
  async function takeBack(one) {
    if (one.state === "waiting") return leave(one);
    one.unwanted = true;
    if (one.state === "good") {
      const answer = await post("trash", { photo: one.id }, { redirect: "manual" }).catch(() => null);
      if (answer?.type === "opaqueredirect") return leave(one);
      one.unwanted = false;
      one.sentence = list.dataset.broke;
    }
    show(one);
  }

  function next() {
    const one = paused || photos.some(({ state }) => state === "going") ? null : photos.find(isOnTheWay);
    if (one) send(one);
    summary();
  }

  function send(one) {
    one.state = "going";
    one.sent = 0;
    const body = new FormData();
    body.append("who", one.who);
    body.append("photos", one.file, one.file.name);
    const request = new XMLHttpRequest();
    request.open("POST", upload.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      one.sent = one.text.querySelector("progress").value = event.loaded / event.total;
      one.text.querySelector(".percent").textContent = `${Math.floor(one.sent * 100)} %`;
      summary();
    };
    request.onloadend = () => {
      let told = {};
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // then the connection broke
      }
      const { good, ...done } = told.done?.[0] ?? { good: false, sentence: told.message ?? list.dataset.broke };
      Object.assign(one, done, { state: good ? "good" : "bad", sent: 1 });
      if (one.unwanted) good ? takeBack(one) : leave(one);
      else show(one);
      next();
    };
    request.send(body);
    show(one);
  }

  function summary() {
    const { one, many, waitsOne, waitsMany } = list.dataset;
    const bad = photos.filter(({ state }) => state === "bad").length;
    const all = photos.length === 1 ? one : many.replace("{}", photos.length);
    count.textContent = bad ? (bad === 1 ? waitsOne : waitsMany).replace("{}", all).replace("{}", bad) : all;
    const onTheWay = photos.some(isOnTheWay);
    count.parentElement.hidden = !photos.length;
    pause.hidden = !onTheWay;
    paused &&= onTheWay;
    pause.textContent = paused ? list.dataset.resume : list.dataset.pause;
    if (!onTheWay) return line.replaceChildren();
    const progress = line.firstChild ?? part(line, "progress", "");
    const bytes = (only) => photos.reduce((sum, photo) => sum + photo.file.size * only(photo), 0);
    progress.value = bytes(({ sent }) => sent) / Math.max(bytes(() => 1), 1);
    progress.setAttribute("aria-label", list.dataset.all);
  }
}

// Days and times are told by the clock of whoever looks, and from here PhotoShare knows which that is.
const zone = `photoshare-zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
if (!document.cookie.split("; ").includes(zone)) {
  document.cookie = `${zone}; path=${here.pathname}; max-age=${365 * 24 * 60 * 60}; samesite=lax`;
  if (document.cookie.includes(zone) && document.querySelector(".day")) location.reload();
}

const toast = document.querySelector(".toast");
if (toast) {
  setTimeout(function gone() {
    if (toast.matches(":hover, :focus-within")) setTimeout(gone, 2000);
    else toast.remove();
  }, 10_000);
}
