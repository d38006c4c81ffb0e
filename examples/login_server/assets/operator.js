// Refreshes chart and numbers every two seconds, while somebody looks.
"use strict";

const chart = document.getElementById("chart");

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch("/operator", { cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const numbers = page.getElementById("numbers");
  if (numbers) document.getElementById("numbers").replaceWith(document.importNode(numbers, true));
  chart.src = `/operator/chart.svg?at=${Date.now()}`;
}

setInterval(() => refresh().catch(() => {}), 2000);
