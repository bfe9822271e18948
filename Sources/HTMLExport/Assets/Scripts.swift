/// What pages do when scripts run.
enum Scripts {
  static let start = #"""
    (function () {
      var root = document.documentElement;
      root.classList.add("js");
      try {
        var theme = localStorage.getItem("orrery/theme");
        if (theme === "light" || theme === "dark") root.dataset.theme = theme;
      } catch (e) {}
    })();
    """#

  /// One function around all of it: a page has no global names of ours.
  static let player =
    "(function () {\n\"use strict\";\n" + StoreScript.text + JudgeScript.text + StepScript.text + QuestionScript.text
    + QuestionScript.feedback + PageScript.text + "\n})();"
}
