// Everything here works without this file, by plain forms. With it: a like does not load the page anew, and photos
// are uploaded one by one as soon as they are chosen, with progress.
"use strict";

document.documentElement.classList.add("scripted");

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".like")) return;
  event.preventDefault();
  const place = form.parentElement;
  form.querySelector("button").disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
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
  const waiting = [];
  let busy = false;
  let sent = 0;
  let all = 0;

  for (const input of upload.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const file of input.files) add(file);
      input.value = "";
    });
  }

  function add(file) {
    const row = list.insertBefore(document.createElement("li"), list.firstChild);
    const text = document.createElement("span");
    text.className = "two";
    const name = text.appendChild(document.createElement("span"));
    name.className = "cut";
    name.textContent = file.name;
    const progress = text.appendChild(document.createElement("progress"));
    progress.max = 1;
    progress.value = 0;
    progress.setAttribute("aria-label", file.name);
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    picture.onerror = () => picture.remove();
    row.append(picture, text);
    waiting.push({ file, row, text, progress, who: upload.elements.who.value });
    all += file.size;
    next();
  }

  function next() {
    if (busy) return;
    const one = waiting.shift();
    if (!one) {
      line.replaceChildren();
      sent = all = 0;
      return;
    }
    busy = true;
    const body = new FormData();
    body.append("who", one.who);
    body.append("photos", one.file, one.file.name);
    const request = new XMLHttpRequest();
    request.open("POST", upload.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      one.progress.value = event.loaded / event.total;
      shown((sent + one.file.size * one.progress.value) / Math.max(all, 1));
    };
    request.onloadend = () => {
      let done = { good: false, name: one.file.name, sentence: list.dataset.broke };
      try {
        const told = JSON.parse(request.responseText);
        done = told.done ? told.done[0] : { ...done, sentence: told.message };
      } catch {
        // what is said above is true
      }
      finish(one, done);
    };
    request.send(body);
  }

  function finish(one, done) {
    one.progress.remove();
    one.row.className = done.good ? "good" : "bad";
    one.text.firstChild.textContent = done.name;
    const said = one.text.appendChild(document.createElement("span"));
    said.className = "small";
    said.textContent = done.sentence;
    if (!done.good) {
      const leave = one.row.appendChild(document.createElement("button"));
      leave.type = "button";
      leave.className = "btn bare";
      leave.textContent = list.dataset.leave;
      leave.onclick = () => one.row.remove();
    }
    sent += one.file.size;
    busy = false;
    next();
  }

  function shown(part) {
    if (!line.firstChild) line.append(document.createElement("progress"));
    line.firstChild.max = 1;
    line.firstChild.value = part;
    line.firstChild.setAttribute("aria-label", list.dataset.all);
  }
}

// times of more than a day ago, by the clock of whoever looks; without script they are in UTC, and say so
for (const time of document.querySelectorAll("time[datetime]")) {
  const when = new Date(time.dateTime);
  const tag = document.documentElement.lang;
  time.title = when.toLocaleString(tag, { dateStyle: "long", timeStyle: "short" });
  if (/:/.test(time.textContent)) {
    const year = when.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
    time.textContent = when.toLocaleString(tag, { day: "numeric", month: "long", ...year, hour: "2-digit", minute: "2-digit" });
  }
}

const toast = document.querySelector(".toast");
if (toast) {
  setTimeout(function gone() {
    if (toast.matches(":hover, :focus-within")) setTimeout(gone, 2000);
    else toast.remove();
  }, 10_000);
}
