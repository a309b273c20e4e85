from suyuan.reading import catalog, read_text
from suyuan.reading.cues import Cues, is_denied


def stages(text: str) -> list[str]:
    return [mention.stage for mention in read_text(text, None).stages]


def test_what_is_denied_is_not_told() -> None:
    assert "transfer" in stages("我转账了")
    assert "transfer" not in stages("我没有转账")
    assert "transfer" not in stages("事主未转账")
    assert "transfer" in stages("没想到转账后就被拉黑")


def test_a_name_that_holds_the_word_does_not_tell_the_stage() -> None:
    assert stages("报警人王某") == []
    assert "compensation" not in stages("支付宝理赔中心")
    assert "transfer" not in stages("转到QQ上聊")


def test_a_stage_is_told_once_at_its_first_mention() -> None:
    mentions = read_text("我转账500元,又转账600元", None).stages
    assert [mention.stage for mention in mentions] == ["transfer"]
    assert mentions[0].mentions >= 2


def test_slips_of_writing_do_not_hide_a_stage_nor_move_a_place() -> None:
    text = "接了个电画,说中通快第"
    first = read_text(text, None).stages[0]
    assert first.stage == "call"
    assert text[first.start : first.end] == "接了个电画"


def test_every_stage_of_the_catalog_has_both_names_and_can_be_found() -> None:
    for stage in catalog.stages():
        assert stage.title.en
        assert stage.title.zh
        assert stage.cues


def test_cues_with_choices_and_gaps() -> None:
    cues = Cues(["{扫,扫描}*二维码", "转账"])
    assert [(hit.cue, hit.start, hit.end) for hit in cues.scan("扫描对方的二维码转账")] == [
        (0, 0, 8),
        (0, 0, 8),
        (1, 8, 10),
    ]
    assert not list(cues.scan("扫码。二维码"))
    assert not list(cues.scan("扫" + "一" * 13 + "二维码"))


def test_denial_ends_at_a_comma() -> None:
    assert is_denied("没有转账", 2)
    assert not is_denied("没有,转账", 3)
