/// Korean particles, which change with the last sound of the word before them.
///
/// A pair is named by its two forms written together, after the bar of a gap in a message. The letters stand here as
/// code points: what learners read is in `Content`, and these are grammar.
public enum Particle {
  /// How a word ends when it is said aloud.
  public enum Sound: Equatable, Sendable {
    case vowel
    /// The one consonant after which `ro` keeps its short form.
    case rieul
    case consonant
  }

  /// The particle of a pair that fits a word: both forms, in the usual notation, where the word cannot be read.
  ///
  /// - Returns: `nil` where no such pair exists.
  public static func choose(_ pair: String, after word: String) -> String? {
    guard let forms = forms[pair] else { return nil }
    switch Reading.lastSound(of: word) {
    case .vowel?: return forms.afterVowel
    case .rieul?: return forms.isRo ? forms.afterVowel : forms.afterConsonant
    case .consonant?: return forms.afterConsonant
    case nil: return forms.both
    }
  }

  private struct Forms {
    var afterConsonant: String
    var afterVowel: String
    var both: String
    var isRo = false
  }

  /// Pairs by name; the name is the form after a consonant and the form after a vowel, in the order people say them.
  private static let forms: [String: Forms] = {
    // i ga, eun neun, eul reul
    let i = "\u{C774}"
    let ga = "\u{AC00}"
    let eun = "\u{C740}"
    let neun = "\u{B294}"
    let eul = "\u{C744}"
    let reul = "\u{B97C}"
    // wa gwa, euro ro, a ya
    let wa = "\u{C640}"
    let gwa = "\u{ACFC}"
    let ro = "\u{B85C}"
    let eu = "\u{C73C}"
    let a = "\u{C544}"
    let ya = "\u{C57C}"
    var forms: [String: Forms] = [
      i + ga: Forms(afterConsonant: i, afterVowel: ga, both: "\(i)(\(ga))"),
      eun + neun: Forms(afterConsonant: eun, afterVowel: neun, both: "\(eun)(\(neun))"),
      eul + reul: Forms(afterConsonant: eul, afterVowel: reul, both: "\(eul)(\(reul))"),
      wa + gwa: Forms(afterConsonant: gwa, afterVowel: wa, both: "\(wa)(\(gwa))"),
      eu + ro + ro: Forms(afterConsonant: eu + ro, afterVowel: ro, both: "(\(eu))\(ro)", isRo: true),
      a + ya: Forms(afterConsonant: a, afterVowel: ya, both: "\(a)(\(ya))"),
    ]
    forms[gwa + wa] = forms[wa + gwa]
    // Endings that only lose their first syllable after a vowel: ira, ina, ida, imyeo, igo, iran, ieosseo.
    for rest in ["\u{B77C}", "\u{B098}", "\u{B2E4}", "\u{BA70}", "\u{ACE0}", "\u{B780}", "\u{B77C}\u{ACE0}"] {
      forms[i + rest + rest] = Forms(afterConsonant: i + rest, afterVowel: rest, both: "(\(i))\(rest)")
    }
    return forms
  }()
}
