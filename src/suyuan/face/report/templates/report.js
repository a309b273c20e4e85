"use strict";
(function () {
  var root = document.documentElement;
  var asked = new URLSearchParams(location.search);
  function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }
  function speak(language) {
    root.lang = language === "zh" ? "zh-CN" : "en";
    root.dataset.lang = language;
    document.title = document.body.dataset[language];
    each("[data-placeholder-en]", function (field) {
      field.placeholder = field.dataset[language === "zh" ? "placeholderZh" : "placeholderEn"];
    });
  }
  function dark() {
    return root.dataset.theme ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  document.getElementById("language").addEventListener("click", function () {
    speak(root.dataset.lang === "zh" ? "en" : "zh");
  });
  document.getElementById("theme").addEventListener("click", function () {
    root.dataset.theme = dark() ? "light" : "dark";
  });
  document.getElementById("unfold").addEventListener("click", function (event) {
    var open = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(open));
    each("details:not(.plain)", function (fold) { fold.open = open; });
  });
  var wanted = document.getElementById("wanted");
  var decided = document.getElementById("decided");
  function sift() {
    var words = wanted.value.trim().toLowerCase();
    each(".role", function (role) {
      var left = 0;
      Array.prototype.forEach.call(role.querySelectorAll(".finding"), function (finding) {
        var fits = (!words || finding.textContent.toLowerCase().indexOf(words) >= 0) &&
          (!decided.checked || finding.dataset.decided === "yes");
        finding.hidden = !fits;
        left += fits ? 1 : 0;
      });
      role.hidden = (words || decided.checked) && left === 0;
      if (words && left) {
        role.open = true;
        each("#" + role.id + " .rest", function (rest) { rest.open = true; });
      }
    });
  }
  if (wanted) { wanted.addEventListener("input", sift); decided.addEventListener("change", sift); }
  addEventListener("beforeprint", function () {
    each("details:not(.plain):not([open]), details.rest:not([open])", function (fold) { fold.dataset.folded = "yes"; fold.open = true; });
  });
  addEventListener("afterprint", function () {
    each("details[data-folded]", function (fold) { fold.open = false; delete fold.dataset.folded; });
  });
  function reach() {
    var at = location.hash && document.getElementById(location.hash.slice(1));
    for (var up = at; up; up = up.parentElement) { if (up.tagName === "DETAILS") { up.open = true; } }
    if (at) { at.scrollIntoView(); }
  }
  addEventListener("hashchange", reach);
  if (asked.get("theme")) { root.dataset.theme = asked.get("theme") === "dark" ? "dark" : "light"; }
  speak(asked.get("lang") === "en" || asked.get("lang") === "zh" ? asked.get("lang") : root.dataset.lang);
  reach();
})();
